package dev.tollgate.embedded.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoopbackPortTest {
    @Test
    void whenManyAreAskedFor_thenEachIsAnotherOneBelowThoseThatTheSystemGivesAway() {
        assertThat(IntStream.range(0, 200).map(i -> LoopbackPort.free()).boxed())
                .doesNotHaveDuplicates()
                .allSatisfy(port -> assertThat(port).isBetween(20_000, 32_767));
    }

    @Test
    void givenTheNextPortIsTaken_whenAskedFor_thenItIsLeftOut() throws Exception {
        int next = LoopbackPort.free() + 1;
        try (ServerSocket taken = new ServerSocket()) {
            taken.setReuseAddress(true);
            taken.bind(new InetSocketAddress(InetAddress.getByName(LoopbackPort.HOST), next));

            assertThat(LoopbackPort.isFree(next)).isFalse();
            assertThat(LoopbackPort.free()).isNotEqualTo(next);
        }
    }
}
