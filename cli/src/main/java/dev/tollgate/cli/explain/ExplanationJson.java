package dev.tollgate.cli.explain;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.streams.explain.Explanation;
import dev.tollgate.streams.explain.Explanation.LimitUsage;
import dev.tollgate.streams.explain.ReplayOutcome;
import java.util.Collection;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** An explanation for machines. Records have the field names of their Avro schema. */
final class ExplanationJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ExplanationJson() {}

    static String line(Explanation explanation) {
        ObjectNode object = NODES.objectNode();
        object.put("origin", explanation.origin().name());
        object.set("event", Json.node(explanation.event()));
        object.set("limit", Json.node(explanation.limit()));
        object.set("used_before", Json.node(explanation.usedBefore()));
        object.set("used_after", Json.node(explanation.event().getUsed()));
        object.set("crossing_call", Json.node(explanation.crossingCall()));
        object.set("usage", usage(explanation.usage()));
        object.set("changes", Json.node(explanation.changes()));
        ReplayOutcome replay = explanation.replay();
        ObjectNode outcome = object.putObject("replay");
        outcome.put("result", replay.result().name());
        outcome.put("same", replay.isSame());
        outcome.put("records", replay.records());
        outcome.set("differences", Json.node(replay.differences()));
        return Json.line(object);
    }

    private static ObjectNode usage(@Nullable LimitUsage usage) {
        ObjectNode object = NODES.objectNode();
        if (usage != null) {
            object.put("entries", usage.entries());
            object.put("cost", usage.cost());
            Collection<? extends IndexedRecord> calls = usage.calls();
            object.set("calls", Json.node(calls));
        }
        return object;
    }
}
