package dev.tollgate.faults;

import dev.tollgate.faults.cluster.Cluster;
import dev.tollgate.faults.guarantee.Books.Snapshot;
import dev.tollgate.gate.Call;
import dev.tollgate.gate.Decision;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.Permit;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A gate that lives through all rounds, and what tells whether it knows what was committed. */
final class GateWatch implements AutoCloseable {
    private static final List<String> ENDPOINTS = List.of("/v2/mem-it", "GET /kb/1", "addMessage");
    private static final int SHOWN = 8;

    private final GateConfig config;
    private final Gate gate;

    private GateWatch(GateConfig config) {
        this.config = config;
        this.gate = Gate.of(config);
    }

    static GateWatch start(Cluster cluster) throws InterruptedException {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap-servers", cluster.roleBootstrapServers());
        settings.put("registry.url", cluster.registryUrl());
        settings.put("topics.prefix", cluster.layout().prefix());
        settings.put("gate.own-calls-horizon", "1s");
        settings.put("gate.feed-max-age", "1h");
        settings.put("gate.start-timeout", "0s");
        GateWatch watch = new GateWatch(GateConfig.from(settings));
        watch.gate.start();
        return watch;
    }

    /**
     * Asks as a service would. The call ends in a way that no plan here charges: calls that the gate admits and nobody
     * publishes would stay in its account.
     */
    void ask(String account, String endpoint, @Nullable String project, @Nullable String key) {
        decide(gate, account, endpoint, project, key);
    }

    private static Decision decide(
            Gate asked, String account, String endpoint, @Nullable String project, @Nullable String key) {
        Permit permit =
                asked.begin(Call.of(account, endpoint).withProject(project).withApiKey(key));
        permit.end(Outcome.INVALID);
        return permit.decision();
    }

    /**
     * Compares the gate with one that was told everything that was committed, in order, and each of it at once.
     *
     * @param accounts to compare
     * @param committed snapshots, those of an account in their order
     * @return what the gate decides otherwise; empty if nothing
     */
    List<String> differences(Collection<String> accounts, List<Snapshot> committed, List<Plan> plans) {
        AtomicLong clock = new AtomicLong(System.currentTimeMillis());
        Gate reference = Gate.unfed(config, clock::get);
        plans.forEach(reference::apply);
        for (Snapshot snapshot : committed) {
            clock.set(snapshot.appendedAtMillis());
            reference.apply(snapshot.state());
        }
        List<String> differences = new ArrayList<>();
        for (String account : accounts) {
            for (String endpoint : ENDPOINTS) {
                String project = "project-1";
                String key = "key-1";
                // One after the other, so that a window that ends in between is the exception.
                clock.set(System.currentTimeMillis());
                Decision expected = decide(reference, account, endpoint, project, key);
                Decision said = decide(gate, account, endpoint, project, key);
                if (expected.allowed() != said.allowed() || expected.reason() != said.reason()) {
                    differences.add("%s %s: the gate says %s, by the committed state it is %s"
                            .formatted(account, endpoint, said, expected));
                }
            }
        }
        return differences.size() <= SHOWN ? differences : differences.subList(0, SHOWN);
    }

    @Override
    public void close() {
        gate.close();
    }
}
