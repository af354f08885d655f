package dev.tollgate.faults;

import dev.tollgate.faults.cluster.Link;
import java.util.Locale;

/** Something that goes wrong at a moment of a round. Servers and links go by name. */
sealed interface Fault {
    /** What can go wrong, as {@code faults.kinds} names it. */
    enum Kind {
        KILL,
        PAUSE,
        EMPTY,
        AWAY,
        NETWORK,
        ROLLING,
        REBALANCE,
        DISK;

        String title() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A crash; the server is started again some time later. */
    record Kill(String server, long downMillis) implements Fault {
        @Override
        public String toString() {
            return "kill -9 " + server + ", down for " + downMillis + " ms";
        }
    }

    /** SIGSTOP, and SIGCONT some time later. */
    record Pause(String server, long millis) implements Fault {
        @Override
        public String toString() {
            return "stop " + server + " for " + millis + " ms";
        }
    }

    /** A crash after which the server comes back without its local state. */
    record Empty(String server, long downMillis) implements Fault {
        @Override
        public String toString() {
            return "kill -9 " + server + ", empty its folder, down for " + downMillis + " ms";
        }
    }

    /** Roles cannot reach what they use. */
    record Away(String what, long millis) implements Fault {
        @Override
        public String toString() {
            return what + " away for " + millis + " ms";
        }
    }

    /** The network does something to one link. */
    record Network(String link, Link.Weather weather, long millis) implements Fault {
        @Override
        public String toString() {
            return "link to " + link + " "
                    + weather.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " for " + millis + " ms";
        }
    }

    /**
     * The accounting instances are restarted in order, one after the other.
     *
     * @param betweenMillis from the start of one to the stop of the next
     * @param untilRunning whether that time begins when the one before says that it runs, as a careful operator waits,
     *     or when its process is there
     */
    record Rolling(long betweenMillis, boolean untilRunning) implements Fault {
        @Override
        public String toString() {
            return "rolling restart of the accounting instances, " + betweenMillis + " ms apart"
                    + (untilRunning ? ", each when the one before runs" : "");
        }
    }

    /** A third accounting instance joins without state and leaves while it restores. */
    record Rebalance(long stayMillis, boolean crash) implements Fault {
        @Override
        public String toString() {
            return "a third accounting instance joins empty and " + (crash ? "crashes" : "leaves") + " after "
                    + stayMillis + " ms";
        }
    }

    /** Some of ClickHouse's next parts of one table cannot be renamed into place, as on a full disk. */
    record Disk(String table, int renames, long millis) implements Fault {
        @Override
        public String toString() {
            return renames + " renames of parts of " + table + " fail within " + millis + " ms";
        }
    }
}
