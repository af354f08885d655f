package dev.tollgate.cli.local;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Waits for the first of several roles to end by itself. */
final class RoleWatch {
    /**
     * The end of a role.
     *
     * @param role its name, for people
     * @param cause what ended it, or null if it does not say
     */
    record Ended(String role, @Nullable Throwable cause) {}

    /** Returns when a role has ended, or throws what ended it. */
    interface Termination {
        void await() throws Exception;
    }

    private final CompletableFuture<Ended> first = new CompletableFuture<>();

    /** Watches one more role, on a thread of its own. */
    void watch(String role, Termination termination) {
        Thread.ofPlatform().daemon().name("watch-" + role).start(() -> {
            try {
                termination.await();
                first.complete(new Ended(role, null));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                first.complete(new Ended(role, e));
            }
        });
    }

    /** Watches a process. */
    void watch(String role, long pid) {
        ProcessHandle.of(pid)
                .ifPresentOrElse(
                        process -> process.onExit().thenRun(() -> first.complete(new Ended(role, null))),
                        () -> first.complete(new Ended(role, null)));
    }

    /** The first end; never completes while all run. */
    CompletableFuture<Ended> first() {
        return first;
    }
}
