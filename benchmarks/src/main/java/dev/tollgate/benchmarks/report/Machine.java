package dev.tollgate.benchmarks.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * Where figures come from: machine, JVM, versions and commit.
 *
 * @param cores processors that this process may use
 * @param memoryBytes of the machine
 * @param system name, version and architecture
 * @param jdk version and vendor
 * @param heapBytes upper bound of this process's heap
 * @param collector garbage collector of this process
 * @param versions of what was measured, by name
 * @param commit of the checkout, with {@code +} where files differ from it; {@code unknown} without git
 * @param loadAverage of the last minute when the benchmark began, or a negative number where the system has none
 */
public record Machine(
        int cores,
        long memoryBytes,
        String system,
        String jdk,
        long heapBytes,
        String collector,
        Map<String, String> versions,
        String commit,
        double loadAverage) {
    private static final String CHECKOUT = "tollgate.checkout";

    /** This one, now. */
    public static Machine present() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        Map<String, String> versions = new TreeMap<>();
        versions.put("kafka", AppInfoParser.getVersion());
        versions.put("flink", EnvironmentInformation.getVersion());
        versions.put("avro", String.valueOf(Schema.class.getPackage().getImplementationVersion()));
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize(),
                system.getName() + " " + system.getVersion() + " " + system.getArch(),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                Runtime.getRuntime().maxMemory(),
                ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .map(GarbageCollectorMXBean::getName)
                        .collect(Collectors.joining(" + ")),
                versions,
                checkedOut(),
                system.getSystemLoadAverage());
    }

    /** One line for people. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%d cores, %.0f GiB, %s; %s, heap %.1f GiB, %s; %s; commit %s; load average before %.1f",
                cores,
                memoryBytes / (double) (1L << 30),
                system,
                jdk,
                heapBytes / (double) (1L << 30),
                collector,
                versions.entrySet().stream()
                        .map(version -> version.getKey() + " " + version.getValue())
                        .collect(Collectors.joining(", ")),
                commit,
                loadAverage);
    }

    /** The same as JSON's objects. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("cores", cores);
        json.put("memory_bytes", memoryBytes);
        json.put("os", system);
        json.put("jdk", jdk);
        json.put("heap_bytes", heapBytes);
        json.put("collector", collector);
        json.put("load_average", loadAverage);
        json.put("commit", commit);
        json.put("versions", versions);
        return json;
    }

    private static String checkedOut() {
        Path checkout = Path.of(System.getProperty(CHECKOUT, "."));
        String found = git(checkout, "rev-parse", "--short=12", "HEAD");
        if (found.isEmpty()) {
            return "unknown";
        }
        return git(checkout, "status", "--porcelain", "--untracked-files=no").isEmpty() ? found : found + "+";
    }

    /** What git prints, or nothing where there is no git or no repository. */
    private static String git(Path folder, String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? text.strip() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
