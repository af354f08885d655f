package dev.tollgate.gateway.server;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.gateway.event.EventProblem;
import dev.tollgate.http.JsonMembers;
import java.io.IOException;
import java.util.List;

/** One result an event, in the order of the body. */
record Results(List<Result> results) implements JsonMembers {
    Results {
        results = List.copyOf(results);
    }

    long count(Result.Status status) {
        return results.stream().filter(result -> result.status() == status).count();
    }

    @Override
    public void write(JsonGenerator json) throws IOException {
        for (Result.Status status : Result.Status.values()) {
            json.writeNumberField(status.text(), count(status));
        }
        json.writeArrayFieldStart("results");
        for (int i = 0; i < results.size(); i++) {
            write(json, i, results.get(i));
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, int index, Result result) throws IOException {
        json.writeStartObject();
        json.writeNumberField("index", index);
        json.writeStringField("event_id", result.eventId());
        json.writeStringField("status", result.status().text());
        if (!result.problems().isEmpty()) {
            json.writeArrayFieldStart("problems");
            for (EventProblem problem : result.problems()) {
                json.writeStartObject();
                if (problem.pointer() != null) {
                    json.writeStringField("pointer", problem.pointer());
                }
                if (problem.header() != null) {
                    json.writeStringField("header", problem.header());
                }
                json.writeStringField("detail", problem.detail());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
