package dev.tollgate.gateserver.check;

import dev.tollgate.gateserver.request.CheckProblems;
import dev.tollgate.schemas.text.NearMiss;
import dev.tollgate.schemas.text.ShortText;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a check is made and answered.
 *
 * @param denyStatus status of every denial, from 400 to 599; 0 for that of its reason
 * @param dryRun whether nothing is counted
 * @param record whether the call's event is published
 */
public record CheckOptions(int denyStatus, boolean dryRun, boolean record) {
    private static final String DENY_STATUS = "deny_status";
    private static final String DRY_RUN = "dry_run";
    private static final String RECORD = "record";
    private static final Set<String> NAMES = Set.of(DENY_STATUS, DRY_RUN, RECORD);

    /** These, changed by what a query says; what is wrong with it is noted. */
    CheckOptions changedBy(@Nullable String query, CheckProblems problems) {
        if (query == null || query.isEmpty()) {
            return this;
        }
        int status = denyStatus;
        boolean dry = dryRun;
        boolean recorded = record;
        Set<String> seen = new HashSet<>();
        for (String part : query.split("&", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            if (!NAMES.contains(name)) {
                problems.parameter(shown(name), "is unknown" + suggestion(name));
            } else if (!seen.add(name)) {
                problems.parameter(name, "must be sent once");
            } else if (name.equals(DENY_STATUS)) {
                status = status(value, problems);
            } else if (name.equals(DRY_RUN)) {
                dry = flag(name, value, problems);
            } else {
                recorded = flag(name, value, problems);
            }
        }
        if (dry && recorded && seen.contains(RECORD)) {
            problems.parameter(RECORD, "must not be true together with dry_run=true, which counts nothing");
        }
        return new CheckOptions(status, dry, recorded && !dry);
    }

    private static int status(String value, CheckProblems problems) {
        if (value.matches("[45][0-9]{2}")) {
            return Integer.parseInt(value);
        }
        problems.parameter(DENY_STATUS, "must be an HTTP status from 400 to 599, was '" + shown(value) + "'");
        return 0;
    }

    private static boolean flag(String name, String value, CheckProblems problems) {
        if (!value.equals("true") && !value.equals("false")) {
            problems.parameter(name, "must be true or false, was '" + shown(value) + "'");
        }
        return value.equals("true");
    }

    private static String suggestion(String name) {
        String near = NearMiss.of(name, NAMES);
        return near == null ? ": there are deny_status, dry_run and record" : "; did you mean " + near + "?";
    }

    private static String shown(String text) {
        return ShortText.shown(text, CheckProblems.SHOWN_CHARACTERS);
    }
}
