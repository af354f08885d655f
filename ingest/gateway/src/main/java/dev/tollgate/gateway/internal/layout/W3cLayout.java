package dev.tollgate.gateway.internal.layout;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The W3C extended log format of IIS: a line {@code #Fields:} says what the columns are, and may come again with
 * others. Columns have their names ({@code cs-username}, {@code time-taken}, {@code cs(User-Agent)}), and those that
 * all logs have are there under common names as well. Times are UTC.
 */
public final class W3cLayout implements RecordLayout {
    private static final String FIELDS_DIRECTIVE = "#Fields:";
    private static final Pattern BLANKS = Pattern.compile("[ \t]+");
    private static final Pattern COMMON = Pattern.compile(
            "time|date|remote_addr|remote_user|method|path|query|query\\..+|status|outcome|user_agent|referer");

    /** Names that other software than IIS may add are of this form. */
    private static final Pattern COLUMN = Pattern.compile("[A-Za-z][A-Za-z0-9-]*(\\([A-Za-z0-9_-]+\\))?");

    private List<String> columns = List.of();

    @Override
    public boolean isField(String name) {
        return COMMON.matcher(name).matches() || COLUMN.matcher(name).matches();
    }

    @Override
    public String fields() {
        return "time, remote_addr, remote_user, method, path, query, query.NAME, status, outcome and the columns that"
                + " the file names, such as cs-username and time-taken";
    }

    @Override
    public void pass(String line) {
        if (line.startsWith(FIELDS_DIRECTIVE)) {
            columns = List.of(
                    BLANKS.split(line.substring(FIELDS_DIRECTIVE.length()).strip()));
        }
    }

    @Override
    public @Nullable LogRecord parse(String line) {
        if (line.startsWith("#")) {
            pass(line);
            return null;
        }
        if (columns.isEmpty()) {
            throw new IllegalArgumentException(
                    "before the first record there must be a line that begins with #Fields:");
        }
        String[] values = line.strip().split("[ \t]", -1);
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(
                    "the line must have " + columns.size() + " fields as #Fields says, has " + values.length);
        }
        LogRecord.Builder record = new LogRecord.Builder();
        String date = "";
        String time = "";
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            record.put(columns.get(i), value);
            switch (columns.get(i)) {
                case "date" -> date = value;
                case "time" -> time = value;
                case "c-ip" -> record.put("remote_addr", value);
                case "cs-username" -> record.put("remote_user", value);
                case "cs-method" -> record.put("method", value);
                case "cs-uri-stem" -> CommonFields.target(record, value);
                case "cs-uri-query" -> {
                    if (!value.equals("-")) {
                        CommonFields.query(record, value);
                    }
                }
                case "sc-status" -> CommonFields.status(record, value);
                case "cs(User-Agent)" -> record.put("user_agent", value);
                case "cs(Referer)" -> record.put("referer", value);
                default -> {
                    // Its own name is all that it has.
                }
            }
        }
        CommonFields.isoTime(record, date + "T" + time + "Z");
        return record.build();
    }
}
