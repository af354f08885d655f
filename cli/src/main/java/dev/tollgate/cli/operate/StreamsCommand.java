package dev.tollgate.cli.operate;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.logging.LogOptions;
import dev.tollgate.cli.metrics.ProcessHealth;
import dev.tollgate.streams.AccountingApp;
import dev.tollgate.streams.config.AccountingConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tollgate streams}: the accounting role. */
@Command(
        name = "streams",
        description = {
            "Run the accounting topology: request events in, journal, totals, alerts, blocks and snapshots out.",
            "Run as many as you like; they share the accounts. Ctrl-C or SIGTERM stops it cleanly."
        },
        mixinStandardHelpOptions = true)
public final class StreamsCommand implements Callable<Integer> {
    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Mixin
    private final LogOptions log = new LogOptions();

    @Override
    public Integer call() throws Exception {
        AccountingConfig accounting = AccountingConfig.from(config.values());
        return RoleRunner.run("streams", accounting.instanceId(), accounting.metrics(), registry -> {
            AccountingApp app = new AccountingApp(accounting, registry);
            app.start();
            return new RoleRunner.Role() {
                @Override
                public void awaitTermination() throws InterruptedException {
                    app.awaitTermination();
                }

                @Override
                public ProcessHealth.State state() {
                    return ProcessHealth.State.of(app.isStopped(), app.isRunning());
                }

                @Override
                public void close() {
                    app.close();
                }
            };
        });
    }
}
