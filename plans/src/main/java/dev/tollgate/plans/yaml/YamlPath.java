package dev.tollgate.plans.yaml;

import java.util.regex.Pattern;

/** Names of values by the way to them: {@code plans[0].meters.complexity.endpoints["/v2/mem-it"]}. */
public final class YamlPath {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int MAX_SHOWN = 64;

    private YamlPath() {}

    /** Path of the value of a key in the mapping at {@code parent}. */
    public static String key(String parent, String key) {
        if (PLAIN.matcher(key).matches()) {
            return parent.isEmpty() ? key : parent + "." + key;
        }
        String shown = key.length() <= MAX_SHOWN ? key : key.substring(0, MAX_SHOWN) + "...";
        return parent + "[\"" + shown.replace("\"", "\\\"") + "\"]";
    }

    /** The last step of a path: the same for one value that several paths lead to. */
    public static String lastOf(String path) {
        return path.substring(Math.max(path.lastIndexOf('.'), path.lastIndexOf('[')) + 1);
    }

    /** Path of an item, counted from 0, of the list at {@code parent}. */
    public static String item(String parent, int index) {
        return parent + "[" + index + "]";
    }
}
