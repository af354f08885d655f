package dev.tollgate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.process.LoopbackPort;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path folder;

    @Test
    void givenPortsOfTheLastRun_whenOneIsTaken_thenOnlyThatOneChanges() throws Exception {
        DataFolder.ChosenPorts first = choose(EmbeddedStackOptions.Ports.ANY);
        try (ServerSocket taken = new ServerSocket(first.registry(), 1, InetAddress.getByName(LoopbackPort.HOST))) {
            DataFolder.ChosenPorts second = choose(EmbeddedStackOptions.Ports.ANY);

            assertThat(taken.getLocalPort()).isNotEqualTo(second.registry());
            assertThat(second)
                    .usingRecursiveComparison()
                    .ignoringFields("registry")
                    .isEqualTo(first);
        }
    }

    @Test
    void givenFixedPort_whenChosen_thenItIsTakenAsItIs() {
        int port = LoopbackPort.free();

        assertThat(choose(new EmbeddedStackOptions.Ports(port, 0, 0)).kafka()).isEqualTo(port);
    }

    @Test
    void givenUnreadablePorts_whenChosen_thenTheMessageNamesTheFile() throws Exception {
        Path file = Files.writeString(folder.resolve("ports.properties"), "kafka=many\n");

        assertThatThrownBy(() -> choose(EmbeddedStackOptions.Ports.ANY))
                .isInstanceOf(StackException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void givenNewFolder_whenOpened_thenItIsItsUsersAlone() throws Exception {
        Path fresh = folder.resolve("new").resolve("data");

        DataFolder.open(fresh).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fresh)))
                .isEqualTo("rwx------");
    }

    @Test
    void givenFolderOfAnEarlierStackThatOthersMayRead_whenOpened_thenItIsClosedToThem() throws Exception {
        DataFolder.open(folder).close();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        DataFolder.open(folder).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void givenFolderWithOtherThingsThatOthersMayRead_whenOpened_thenItIsLeftAsItIs() throws Exception {
        Files.writeString(folder.resolve("somebody's"), "content");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatThrownBy(() -> DataFolder.open(folder))
                .isInstanceOf(StackException.class)
                .hasMessageContaining(folder + " holds other things");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void givenFolder_whenAStackHoldsItAndWhenNot_thenThatIsTold() {
        assertThat(DataFolder.isHeld(folder.resolve("missing"))).isFalse();
        try (DataFolder held = DataFolder.open(folder)) {
            assertThat(DataFolder.isHeld(held.path())).isTrue();
        }
        assertThat(DataFolder.isHeld(folder)).isFalse();
    }

    @Test
    void givenTemporaryFolder_whenClosed_thenItIsGone() throws Exception {
        DataFolder temporary = DataFolder.open(null);
        Files.writeString(temporary.path().resolve("file"), "content");

        temporary.close();

        assertThat(temporary.path()).doesNotExist();
    }

    @Test
    void givenPortOutOfRange_whenSet_thenTheMessageNamesItAndTheRange() {
        assertThatThrownBy(() -> new EmbeddedStackOptions.Ports(0, 70_000, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port registry must be 0 to 65535, was 70000");
    }

    private DataFolder.ChosenPorts choose(EmbeddedStackOptions.Ports wanted) {
        try (DataFolder data = DataFolder.open(folder)) {
            return data.choosePorts(wanted);
        }
    }
}
