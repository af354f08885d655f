package dev.tollgate.publisher.spool;

import java.nio.file.Path;

/** Another publisher, in this process or another, uses the folder. Two writers would destroy each other's events. */
public final class SpoolLockedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    SpoolLockedException(Path folder, String owner) {
        super("spool folder " + folder + " is in use by " + owner
                + ": give each publisher a folder of its own, or stop the other one");
    }
}
