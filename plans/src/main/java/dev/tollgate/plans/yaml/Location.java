package dev.tollgate.plans.yaml;

/**
 * A place in a text.
 *
 * @param line 1 or more
 * @param column 1 or more, in code points
 */
public record Location(int line, int column) implements Comparable<Location> {
    /** The first character. */
    public static final Location START = new Location(1, 1);

    public Location {
        if (line < 1 || column < 1) {
            throw new IllegalArgumentException("line and column must be >= 1, were " + line + " and " + column);
        }
    }

    /** In reading order. */
    @Override
    public int compareTo(Location other) {
        int byLine = Integer.compare(line, other.line);
        return byLine != 0 ? byLine : Integer.compare(column, other.column);
    }
}
