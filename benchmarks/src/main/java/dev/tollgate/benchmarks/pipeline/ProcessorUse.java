package dev.tollgate.benchmarks.pipeline;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Processor time that this process, and groups of its threads, have used since the object was made. What the process
 * uses beyond the groups is compilation and garbage collection.
 */
final class ProcessorUse {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final com.sun.management.OperatingSystemMXBean system =
            ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    private final long processNanos = system.getProcessCpuTime();
    private final Map<String, Long> groupNanos = byGroup();

    /** Microseconds per event, by group. */
    String perEvent(long events) {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "process=%.1f", (system.getProcessCpuTime() - processNanos) / 1e3 / events));
        byGroup()
                .forEach((group, nanos) -> text.append(String.format(
                        Locale.ROOT, " %s=%.1f", group, (nanos - groupNanos.getOrDefault(group, 0L)) / 1e3 / events)));
        return text.toString();
    }

    private Map<String, Long> byGroup() {
        Map<String, Long> nanos = new TreeMap<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null) {
                nanos.merge(
                        group(thread.getThreadName()),
                        Math.max(0, threads.getThreadCpuTime(thread.getThreadId())),
                        Long::sum);
            }
        }
        return nanos;
    }

    private static String group(String thread) {
        if (thread.contains("StreamThread")) {
            return thread.contains("producer") ? "producers" : "streamThreads";
        }
        return thread.startsWith("data-plane") || thread.contains("Txn") || thread.startsWith("group-coordinator")
                ? "broker"
                : "others";
    }
}
