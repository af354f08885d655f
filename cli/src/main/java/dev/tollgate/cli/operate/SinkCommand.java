package dev.tollgate.cli.operate;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.logging.LogOptions;
import dev.tollgate.cli.metrics.ProcessHealth;
import dev.tollgate.sink.Sink;
import dev.tollgate.sink.SinkConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tollgate sink}: Kafka to ClickHouse. */
@Command(
        name = "sink",
        description = {
            "Write journal, totals, limit events and dead letters to ClickHouse.",
            "A batch that is written twice is stored once. While ClickHouse is away it waits, and catches up. Ctrl-C"
                    + " or SIGTERM stops it cleanly."
        },
        mixinStandardHelpOptions = true)
public final class SinkCommand implements Callable<Integer> {
    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Mixin
    private final LogOptions log = new LogOptions();

    @Override
    public Integer call() throws Exception {
        SinkConfig sinkConfig = SinkConfig.from(config.values());
        return RoleRunner.run("sink", sinkConfig.metrics(), registry -> {
            Sink sink = new Sink(sinkConfig, registry);
            sink.start();
            return new RoleRunner.Role() {
                @Override
                public void awaitTermination() throws InterruptedException {
                    sink.awaitTermination();
                }

                @Override
                public ProcessHealth.State state() {
                    return ProcessHealth.State.of(sink.isStopped(), sink.isReading());
                }

                @Override
                public void close() {
                    sink.close();
                }
            };
        });
    }
}
