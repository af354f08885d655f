package dev.tollgate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.process.LoopbackPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStackIT {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Pattern PORT = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");

    @TempDir
    Path folder;

    @Test
    void givenDataInAllParts_whenStackRestartsInItsFolder_thenDataAndAddressesAreTheSame() throws Exception {
        List<String> addresses;
        Set<String> started = ConcurrentHashMap.newKeySet();
        StartListener listener = (phase, subject, done, total) -> {
            if (phase == StartListener.Phase.START && done == total) {
                started.add(subject);
            }
        };
        try (EmbeddedStack stack =
                EmbeddedStack.start(EmbeddedStackOptions.lastingIn(folder).withProgress(listener))) {
            addresses = addressesOf(stack);
            TestingDriver driver = new TestingDriver(stack);
            driver.publish("one");
            driver.registerSchema();
            driver.insert(1);
        }
        assertThat(started).containsExactlyInAnyOrder("Kafka", "Schema registry", "ClickHouse");
        assertThat(addresses).allSatisfy(EmbeddedStackIT::assertNothingListens);

        try (EmbeddedStack stack = EmbeddedStack.start(EmbeddedStackOptions.lastingIn(folder))) {
            TestingDriver driver = new TestingDriver(stack);
            driver.publish("two");
            driver.insert(2);

            assertThat(addressesOf(stack)).isEqualTo(addresses);
            assertThat(driver.published(2)).containsExactly("one", "two");
            assertThat(driver.subjects()).isEqualTo("[\"thing\"]");
            assertThat(driver.inserted()).containsExactly(1L, 2L);
        }
    }

    @Test
    void givenPartsStoppedAndKilled_whenTheyStartAgain_thenTheyAreAtTheirAddressWithTheirData() throws Exception {
        try (EmbeddedStack stack = EmbeddedStack.start(EmbeddedStackOptions.ephemeral())) {
            TestingDriver driver = new TestingDriver(stack);
            driver.publish("one");
            driver.insert(1);
            List<String> subjects = List.of("a", "b", "c", "d", "e", "f", "g", "h");
            for (String subject : subjects) {
                driver.registerSchema(subject);
            }

            // At once: what is acknowledged and not yet in the file would be lost now.
            stack.kill(Part.REGISTRY);
            stack.kill(Part.CLICKHOUSE);
            stack.stop(Part.KAFKA);
            assertThat(addressesOf(stack)).allSatisfy(EmbeddedStackIT::assertNothingListens);
            stack.start(Part.KAFKA);
            stack.start(Part.REGISTRY);
            stack.start(Part.CLICKHOUSE);

            driver.insert(2);
            assertThat(driver.published(1)).containsExactly("one");
            assertThat(driver.subjects()).isEqualTo("[\"" + String.join("\",\"", subjects) + "\"]");
            assertThat(driver.inserted()).containsExactly(1L, 2L);
        }
    }

    @Test
    void givenTwoStacksAtOnce_whenBothAreUsed_thenNeitherSeesTheOthersData() throws Exception {
        EmbeddedStackOptions clickHouseOnly = EmbeddedStackOptions.ephemeral().withParts(Part.CLICKHOUSE);
        Path temporary;
        try (EmbeddedStack first = EmbeddedStack.start(clickHouseOnly);
                EmbeddedStack second = EmbeddedStack.start(clickHouseOnly)) {
            temporary = first.folder();
            new TestingDriver(first).insert(1);
            new TestingDriver(second).insert(2);

            assertThat(new TestingDriver(first).inserted()).containsExactly(1L);
            assertThat(new TestingDriver(second).inserted()).containsExactly(2L);
            assertThatThrownBy(first::bootstrapServers)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Kafka");
        }
        assertThat(temporary).doesNotExist();
    }

    @Test
    void givenFolderInUse_whenASecondStackWantsIt_thenTheMessageNamesTheProcess() {
        EmbeddedStackOptions options = EmbeddedStackOptions.lastingIn(folder).withParts(Part.CLICKHOUSE);
        try (EmbeddedStack first = EmbeddedStack.start(options)) {
            assertThatThrownBy(() -> EmbeddedStack.start(options))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining(first.folder().toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        }
    }

    @Test
    void givenTakenPort_whenStackStarts_thenTheMessageNamesItAndNothingIsLeftRunning() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(LoopbackPort.HOST))) {
            EmbeddedStackOptions options = EmbeddedStackOptions.lastingIn(folder)
                    .withParts(Part.KAFKA, Part.CLICKHOUSE)
                    .withPorts(new EmbeddedStackOptions.Ports(0, 0, taken.getLocalPort()));
            Set<Long> before = children();

            assertThatThrownBy(() -> EmbeddedStack.start(options))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining("port " + taken.getLocalPort());

            assertThat(children()).isEqualTo(before);
        }
        assertThatCode(() -> EmbeddedStack.start(
                                EmbeddedStackOptions.lastingIn(folder).withParts(Part.CLICKHOUSE))
                        .close())
                .doesNotThrowAnyException();
    }

    @Test
    void givenConfiguredClickHouse_whenStackStarts_thenItIsUsedInsteadOfAnEmbeddedOne() {
        String url = "jdbc:ch://clickhouse.example:8123/default";

        try (EmbeddedStack stack = EmbeddedStack.start(EmbeddedStackOptions.lastingIn(folder)
                .withParts(Part.KAFKA, Part.CLICKHOUSE)
                .withClickHouseUrl(url))) {

            assertThat(stack.clickHouseUrl()).isEqualTo(url);
            assertThat(folder.resolve("clickhouse")).doesNotExist();
        }
    }

    @Test
    void givenProcessWithAStack_whenItIsKilled_thenItsChildrenEndAndItsPortsAreFreeAgain() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        StartStackMain.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String up;
        try (BufferedReader output = parent.inputReader()) {
            up = output.lines()
                    .filter(line -> line.startsWith("UP "))
                    .findFirst()
                    .orElseThrow();
            List<ProcessHandle> children = parent.children().toList();
            assertThat(children).hasSize(2).allMatch(ProcessHandle::isAlive);
            for (ProcessHandle child : children) {
                interruptLikeATerminal(child);
            }

            parent.destroyForcibly();

            assertThat(parent.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
            await(() -> children.stream().noneMatch(ProcessHandle::isAlive), "children end");
        }
        List<String> addresses = Arrays.stream(up.split(" "))
                .skip(1)
                .map(EmbeddedStackIT::withoutSecret)
                .toList();
        assertThat(addresses).hasSize(3).allSatisfy(EmbeddedStackIT::assertNothingListens);

        try (EmbeddedStack stack = EmbeddedStack.start(EmbeddedStackOptions.lastingIn(folder))) {
            assertThat(addressesOf(stack)).isEqualTo(addresses);
        }
    }

    @Test
    void givenBrokenLibrary_whenStackStarts_thenTheMessageEndsWithTheLogOfTheEngine() throws IOException {
        Path broken = Files.writeString(folder.resolve("libchdb.so"), "not a library");
        EmbeddedStackOptions.Software user = EmbeddedStackOptions.Software.ofUser();
        EmbeddedStackOptions options = EmbeddedStackOptions.lastingIn(folder.resolve("data"))
                .withParts(Part.CLICKHOUSE)
                .withSoftware(new EmbeddedStackOptions.Software(
                        user.cacheFolder(), user.localMavenRepository(), null, null, broken, user.path()));

        assertThatThrownBy(() -> EmbeddedStack.start(options))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("ClickHouse ended before it was ready")
                .hasMessageContaining(broken.toString());
    }

    /**
     * What Ctrl-C in a terminal does to all of its processes; the children must still be there for the parent's way
     * out.
     */
    private static void interruptLikeATerminal(ProcessHandle child) throws Exception {
        int status = new ProcessBuilder("kill", "-INT", Long.toString(child.pid()))
                .start()
                .waitFor();
        assertThat(status).isZero();
        assertThat(child.isAlive()).isTrue();
    }

    private static List<String> addressesOf(Stack stack) {
        return List.of(stack.bootstrapServers(), stack.registryUrl(), withoutSecret(stack.clickHouseUrl()));
    }

    /** The password is another one after each start. */
    private static String withoutSecret(String url) {
        return url.replaceFirst("&password=.*", "");
    }

    private static void assertNothingListens(String address) {
        Matcher matcher = PORT.matcher(address);
        assertThat(matcher.find()).as(address).isTrue();
        assertThat(LoopbackPort.isFree(Integer.parseInt(matcher.group(1))))
                .as("free: " + address)
                .isTrue();
    }

    private static Set<Long> children() {
        return ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline for: " + what).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
