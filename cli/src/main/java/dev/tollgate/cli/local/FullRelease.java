package dev.tollgate.cli.local;

import dev.tollgate.cli.terminal.CommandFailure;

/** Tells the release for production, which has neither broker nor test kit, from the full one. */
public final class FullRelease {
    private static final String[] ITS_OWN = {"kafka.server.KafkaRaftServer", "dev.tollgate.testkit.oracle.Oracle"};

    private FullRelease() {}

    /**
     * To be called before anything of the embedded stack is used.
     *
     * @throws CommandFailure if it is not there
     */
    public static void require(String command) {
        for (String name : ITS_OWN) {
            try {
                Class.forName(name, false, FullRelease.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new CommandFailure(
                        "'" + command + "' is not in this release, which holds the roles for production and no broker"
                                + " of its own: take the full release",
                        e);
            }
        }
    }
}
