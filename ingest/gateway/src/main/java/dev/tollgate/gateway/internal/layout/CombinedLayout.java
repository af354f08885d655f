package dev.tollgate.gateway.internal.layout;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The common and the combined log format of nginx and Apache, with whatever fields a server was told to add behind:
 *
 * <pre>
 * {@code 203.0.113.7 - acme [31/Jan/2026:12:00:00 +0000] "GET /v2/mem?limit=9 HTTP/1.1" 200 512 "-" "curl/8.1" 0.042}
 * </pre>
 *
 * <p>and {@code vhost_combined}, which has the virtual host in front. The time in its brackets is looked for first:
 * what stands before it is the address (or a list of them), a dash, and the user, who may have blanks in his name.
 */
public final class CombinedLayout implements RecordLayout {
    private static final String FIELDS =
            "remote_addr, remote_user, time, method, path, query, query.NAME, protocol, status,"
                    + " outcome, bytes, referer, user_agent and extra_1, extra_2, ...";
    private static final Pattern FIELD = Pattern.compile("remote_addr|remote_user|time|method|path|query|query\\..+"
            + "|protocol|status|outcome|bytes|referer|user_agent|extra_[1-9]\\d*");

    private final boolean hasHost;
    private final boolean mustAgreeOnExtras;
    private int extras = -1;

    /**
     * @param hasHost whether the virtual host stands in front
     * @param mustAgreeOnExtras whether each record must have as many added fields as the first one: where one of them
     *     says who pays, a field that has moved must not be billed
     */
    public CombinedLayout(boolean hasHost, boolean mustAgreeOnExtras) {
        this.hasHost = hasHost;
        this.mustAgreeOnExtras = mustAgreeOnExtras;
    }

    @Override
    public boolean isField(String name) {
        return FIELD.matcher(name).matches() || hasHost && name.equals("vhost");
    }

    @Override
    public String fields() {
        return hasHost ? "vhost, " + FIELDS : FIELDS;
    }

    @Override
    public @Nullable LogRecord parse(String line) {
        LogRecord.Builder record = new LogRecord.Builder();
        int bracket = timeAt(line);
        head(record, line.substring(0, bracket));
        CommonFields.localTime(record, line.substring(bracket + 1, bracket + 1 + CommonFields.LOCAL_TIME_LENGTH));
        LineCursor cursor = new LineCursor(line, bracket + CommonFields.LOCAL_TIME_LENGTH + 2);
        CommonFields.request(record, cursor.quoted("the request"));
        CommonFields.status(record, cursor.field("the status"));
        record.put("bytes", cursor.field("the size"));
        if (cursor.more()) {
            record.put("referer", cursor.field("the referer"));
        }
        if (cursor.more()) {
            record.put("user_agent", cursor.field("the user agent"));
        }
        int count = 0;
        while (cursor.more()) {
            record.put("extra_" + ++count, cursor.field("an added field"));
        }
        agree(count);
        return record.build();
    }

    /**
     * Where the time's bracket is. A user may call himself like a time in brackets, but not have a quote behind it,
     * which would be escaped.
     */
    private static int timeAt(String line) {
        int first = -1;
        for (int at = line.indexOf('['); at >= 0; at = line.indexOf('[', at + 1)) {
            int end = at + 1 + CommonFields.LOCAL_TIME_LENGTH;
            if (CommonFields.isLocalTime(line, at + 1) && line.startsWith("]", end)) {
                if (line.startsWith("] \"", end)) {
                    return at;
                }
                first = first < 0 ? at : first;
            }
        }
        if (first >= 0) {
            return first;
        }
        int bracket = line.indexOf('[');
        throw new IllegalArgumentException("behind the user there must be the time in brackets, like"
                + " [31/Jan/2026:12:00:00 +0000], was '"
                + LogText.shown(bracket < 0 ? line : line.substring(bracket))
                + "'; another layout is named with --format, or given as the server's configuration has it");
    }

    private void head(LogRecord.Builder record, String head) {
        LineCursor cursor = new LineCursor(head, 0);
        if (hasHost) {
            record.put("vhost", cursor.field("the virtual host"));
        }
        record.put("remote_addr", cursor.field("the address"));
        String identity = cursor.field("the identity");
        if (!identity.equals("-")) {
            throw new IllegalArgumentException("behind the address there must be -, was '" + LogText.shown(identity)
                    + "'; a log with the virtual host in front is --format vhost-combined, any other layout is given"
                    + " as the server's configuration has it");
        }
        String rest = cursor.rest();
        if (rest.length() < 2) {
            throw new IllegalArgumentException("the line ends before the user");
        }
        // Between a blank in front and a blank behind.
        String user = rest.substring(1, rest.length() - 1);
        if (!user.equals("\"\"")) {
            record.put("remote_user", LogText.unescaped(user));
        }
    }

    private void agree(int count) {
        if (!mustAgreeOnExtras) {
            return;
        }
        if (extras < 0) {
            extras = count;
        } else if (extras != count) {
            throw new IllegalArgumentException("the line must have " + extras
                    + " added field(s) as the first one has, has " + count
                    + ": a field may have moved; give the layout as the server's configuration has it (--format)");
        }
    }
}
