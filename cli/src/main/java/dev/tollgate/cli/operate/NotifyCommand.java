package dev.tollgate.cli.operate;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.logging.LogOptions;
import dev.tollgate.cli.metrics.ProcessHealth;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.cli.terminal.TextTable;
import dev.tollgate.notify.EndpointStatus;
import dev.tollgate.notify.Notify;
import dev.tollgate.notify.NotifyConfig;
import dev.tollgate.notify.NotifyOperations;
import dev.tollgate.notify.SentMessage;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate notify}: limit events to webhooks, and what holds to Alertmanagers. */
@Command(
        name = "notify",
        description = {
            "Send limit events to webhooks: alerts, blocks, their ends, and changes to accounts. Keep Alertmanagers at"
                    + " the alerts and blocks that hold.",
            "",
            "Each event reaches each endpoint at least once, in order per account, under the same webhook-id and with"
                + " the same bytes on each attempt, signed as the Standard Webhooks specification has it. A receiver"
                + " that fails is asked again for three days; one that answers 410 is left alone. An endpoint that is"
                + " down stops no other. An Alertmanager gets what holds again and again while it does. Run as many as"
                + " you like: they share the work. Ctrl-C or SIGTERM waits for the requests under way, and stops."
        },
        footer = {
            "",
            "Example:",
            "  echo notify.endpoint.ops.url=https://example.org/hooks >> tollgate.properties",
            "  echo notify.endpoint.ops.secrets=whsec_$(head -c 32 /dev/urandom | base64) >> tollgate.properties",
            "  tollgate notify test ops --config tollgate.properties",
            "  tollgate notify --config tollgate.properties",
            "",
            "'tollgate tail notify-deliveries' follows the attempts. 'tollgate config notify' lists the keys;"
                    + " docs/notify.md says how a receiver checks a message."
        },
        subcommands = {
            NotifyCommand.ListEndpoints.class,
            NotifyCommand.Test.class,
            NotifyCommand.Resend.class,
            NotifyCommand.Enable.class
        },
        mixinStandardHelpOptions = true)
public final class NotifyCommand implements Callable<Integer> {
    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Mixin
    private final LogOptions log = new LogOptions();

    @Override
    public Integer call() throws Exception {
        NotifyConfig notifyConfig = NotifyConfig.from(config.values());
        return RoleRunner.run("notify", notifyConfig.instanceId(), notifyConfig.metrics(), registry -> {
            Notify notify = Notify.start(notifyConfig, registry);
            return new RoleRunner.Role() {
                @Override
                public void awaitTermination() throws InterruptedException {
                    notify.awaitTermination();
                }

                @Override
                public ProcessHealth.State state() {
                    return ProcessHealth.State.of(notify.isStopped(), notify.isReady());
                }

                @Override
                public void close() {
                    notify.close();
                }
            };
        });
    }

    /** What the commands beside the role have in common. */
    abstract static class Operation implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli before call.
        private CommandSpec spec;

        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Option(names = "--json", description = "Print one JSON object a line.")
        private boolean json;

        @Override
        public Integer call() throws Exception {
            try (NotifyOperations operations = new NotifyOperations(NotifyConfig.from(config.values()))) {
                return run(operations);
            }
        }

        abstract int run(NotifyOperations operations) throws InterruptedException;

        boolean asJson() {
            return json;
        }

        PrintWriter out() {
            return spec.commandLine().getOut();
        }

        /** Prints what a receiver answered; 1 if it did not take the message. */
        int print(SentMessage sent) {
            if (asJson()) {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                fields.put("endpoint", sent.endpoint());
                fields.put("webhook_id", sent.id());
                fields.put("delivered", sent.isDelivered());
                fields.put("status", sent.status());
                fields.put("failure", sent.failure());
                fields.put("detail", sent.detail());
                fields.put("duration_ms", sent.durationMillis());
                out().println(Json.line(fields));
                return sent.isDelivered() ? 0 : 1;
            }
            if (!sent.isDelivered()) {
                throw new CommandFailure("endpoint " + sent.endpoint() + " did not take " + sent.id() + " ("
                        + sent.failure() + "): " + sent.detail());
            }
            out().printf(
                            "endpoint %s took %s: status %d after %d ms%n",
                            sent.endpoint(), sent.id(), sent.status(), sent.durationMillis());
            return 0;
        }
    }

    @Command(
            name = "list",
            description = {
                "List the endpoints of the configuration and how far each has come.",
                "BEHIND counts limit events between what is done and the end of the log. An endpoint is disabled when"
                        + " its receiver has answered 410. An Alertmanager has no place in the log."
            },
            mixinStandardHelpOptions = true)
    static final class ListEndpoints extends Operation {
        @Override
        int run(NotifyOperations operations) throws InterruptedException {
            List<EndpointStatus> endpoints = operations.list();
            if (asJson()) {
                for (EndpointStatus endpoint : endpoints) {
                    Map<String, Object> fields = new LinkedHashMap<>();
                    fields.put("endpoint", endpoint.name());
                    fields.put("url", endpoint.url());
                    fields.put("format", endpoint.format());
                    fields.put("state", state(endpoint));
                    fields.put("behind", endpoint.behind());
                    out().println(Json.line(fields));
                }
            } else {
                TextTable.print(
                        out(),
                        List.of("ENDPOINT", "STATE", "BEHIND", "FORMAT", "URL"),
                        endpoints.stream()
                                .map(endpoint -> List.<Object>of(
                                        endpoint.name(),
                                        state(endpoint),
                                        endpoint.behind(),
                                        endpoint.format(),
                                        endpoint.url()))
                                .toList());
            }
            return 0;
        }

        private static String state(EndpointStatus endpoint) {
            if (endpoint.disabled()) {
                return "disabled";
            }
            return endpoint.begun() ? "enabled" : "new";
        }
    }

    @Command(
            name = "test",
            description = {
                "Send a message of type tollgate.test to an endpoint, signed as all others, or the alert TollgateTest"
                        + " to an Alertmanager, and print what it answered.",
                "Exit status 1 if it did not answer 2xx."
            },
            mixinStandardHelpOptions = true)
    static final class Test extends Operation {
        @Parameters(paramLabel = "ENDPOINT", description = "Name of the endpoint in the configuration.")
        @SuppressWarnings("NullAway.Init") // Set by picocli before call.
        private String endpoint;

        @Override
        int run(NotifyOperations operations) throws InterruptedException {
            return print(operations.test(endpoint));
        }
    }

    @Command(
            name = "resend",
            description = {
                "Send a limit event to an endpoint again, once, under the same webhook-id, and print what it answered.",
                "For events that have expired, or that a receiver has lost. Looks into the topic limit-events, which"
                        + " holds 90 days. Filters do not count. Exit status 1 if the endpoint did not answer 2xx."
            },
            footer = {
                "",
                "Example: what has expired, and its id for --event",
                "  tollgate tail notify-deliveries --from-beginning --json | grep EXPIRED"
            },
            mixinStandardHelpOptions = true)
    static final class Resend extends Operation {
        @Parameters(paramLabel = "ENDPOINT", description = "Name of the endpoint in the configuration.")
        @SuppressWarnings("NullAway.Init") // Set by picocli before call.
        private String endpoint;

        @Option(names = "--event", paramLabel = "ID", required = true, description = "The event's limit_event_id.")
        @SuppressWarnings("NullAway.Init") // Set by picocli before call.
        private String event;

        @Option(
                names = "--account",
                paramLabel = "ID",
                description = "Whose event it is, if known: one partition is searched instead of all.")
        private @Nullable String account;

        @Override
        int run(NotifyOperations operations) throws InterruptedException {
            return print(operations.resend(endpoint, event, account));
        }
    }

    @Command(
            name = "enable",
            description = {
                "Switch an endpoint on again that was disabled because its receiver answered 410.",
                "It goes on with the first event that it did not take. A new URL switches it on too."
            },
            mixinStandardHelpOptions = true)
    static final class Enable extends Operation {
        @Parameters(paramLabel = "ENDPOINT", description = "Name of the endpoint in the configuration.")
        @SuppressWarnings("NullAway.Init") // Set by picocli before call.
        private String endpoint;

        @Override
        int run(NotifyOperations operations) throws InterruptedException {
            operations.enable(endpoint);
            out().println(
                            asJson()
                                    ? Json.line(Map.of("endpoint", endpoint, "state", "enabled"))
                                    : "endpoint " + endpoint
                                            + " is enabled; a running role sends again within seconds");
            return 0;
        }
    }
}
