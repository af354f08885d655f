package dev.tollgate.benchmarks.backlog;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Processor time that this process, and groups of its threads, have used since the object was made. What the process
 * uses beyond the groups is compilation and garbage collection.
 */
final class ProcessorUse {
    /** Threads that work on the same. */
    enum Group {
        /** Those that handle the events. */
        JOB,
        /** Kafka's producers, which send what the job writes. */
        PRODUCERS,
        BROKER,
        OTHERS
    }

    /**
     * Processor time, in nanoseconds.
     *
     * @param processNanos of the whole process
     * @param groupNanos of the threads that were there at the beginning and at the end
     */
    record Spent(long processNanos, Map<Group, Long> groupNanos) {
        long nanos(Group group) {
            return groupNanos.getOrDefault(group, 0L);
        }
    }

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final com.sun.management.OperatingSystemMXBean system =
            ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    private final long processNanos = system.getProcessCpuTime();
    private final Map<Long, Long> threadNanos = new HashMap<>();

    ProcessorUse() {
        for (long id : threads.getAllThreadIds()) {
            threadNanos.put(id, threads.getThreadCpuTime(id));
        }
    }

    /** What was used since then. */
    Spent spent() {
        long process = system.getProcessCpuTime() - processNanos;
        Map<Group, Long> groups = new EnumMap<>(Group.class);
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null) {
                long nanos = threads.getThreadCpuTime(thread.getThreadId())
                        - threadNanos.getOrDefault(thread.getThreadId(), 0L);
                groups.merge(group(thread.getThreadName()), Math.max(0, nanos), Long::sum);
            }
        }
        return new Spent(process, groups);
    }

    private static Group group(String thread) {
        if (thread.startsWith("kafka-producer-network-thread")) {
            return Group.PRODUCERS;
        }
        if (thread.contains("StreamThread")
                || thread.contains(FlinkJob.TASK_THREADS)
                || thread.equals(DecodeJob.THREAD)) {
            return Group.JOB;
        }
        return thread.startsWith("data-plane") || thread.contains("Txn") || thread.startsWith("group-coordinator")
                ? Group.BROKER
                : Group.OTHERS;
    }
}
