package dev.tollgate.notify.internal.loop;

import java.time.InstantSource;

/** Serves one endpoint for as long as it runs. Thread-safe but for {@link #run}. */
public interface Worker extends Runnable {
    /** Ends it after the requests in flight. */
    void stop();

    /** Whether it does its work, or is switched off. */
    boolean isReady();

    /** Whether its receiver is gone. */
    boolean isDisabled();

    /** Events that are not done. */
    int pending();

    /** Since the log took the oldest of them, in seconds; 0 if all are done. */
    double oldestSeconds(InstantSource clock);

    /** Alerts that hold now. */
    int activeAlerts();
}
