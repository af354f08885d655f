package dev.tollgate.publisher;

import org.slf4j.LoggerFactory;

/** The publisher's own threads: daemons, since a service must be able to end without closing its publisher. */
final class PublisherThreads {
    private PublisherThreads() {}

    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((failed, e) ->
                LoggerFactory.getLogger(PublisherThreads.class).error("thread ended: name={}", failed.getName(), e));
        return thread;
    }
}
