package dev.tollgate.api.list;

import java.util.Arrays;
import java.util.List;

/** The values of dimensions that have few. */
public final class Words {
    private Words() {}

    /** The names of an enum's constants, as the tables have them. */
    public static List<String> of(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Enum::name).toList();
    }
}
