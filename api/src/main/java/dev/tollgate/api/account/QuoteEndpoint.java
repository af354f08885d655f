package dev.tollgate.api.account;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.api.access.Viewer;
import dev.tollgate.api.access.ViewerEndpoint;
import dev.tollgate.api.format.Freshness;
import dev.tollgate.api.list.LiveRows;
import dev.tollgate.api.live.LimitStates;
import dev.tollgate.api.live.LiveQuote;
import dev.tollgate.api.parameter.Parameters;
import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.api.problem.ApiProblem;
import dev.tollgate.api.query.Position;
import dev.tollgate.gate.Call;
import dev.tollgate.gate.Decision;
import dev.tollgate.gate.Quote;
import dev.tollgate.http.Answer;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.ProblemException;
import dev.tollgate.schemas.event.RequestEventRules;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code GET} of what a call of an account would be answered now, and what it would take of each limit. */
public final class QuoteEndpoint implements ViewerEndpoint {
    /** The parameters that it knows. */
    public static final List<String> PARAMETERS =
            List.of("endpoint", "project", "api_key", "units", "input_tokens", "output_items", "time_zone");

    private static final int MAX_ID = RequestEventRules.MAX_ID_CHARACTERS;
    private static final int MAX_ENDPOINT = RequestEventRules.MAX_ENDPOINT_CHARACTERS;

    private final InstantSource clock;
    private final @Nullable LimitStates states;

    /** @param states what gates know; null if the API does not follow it */
    public QuoteEndpoint(InstantSource clock, @Nullable LimitStates states) {
        this.clock = clock;
        this.states = states;
    }

    @Override
    public Answer answer(Exchange exchange, Viewer viewer) throws IOException {
        String account = exchange.variable("account");
        Parameters parameters = Parameters.of(exchange, PARAMETERS);
        TimeRange range = TimeRange.everything(parameters);
        Call call = call(account, parameters);
        parameters.throwIfProblems();
        viewer.require(List.of(account));

        Instant now = clock.instant();
        LiveQuote live = states == null ? null : states.quote(call, now);
        if (live == null) {
            throw problem(
                    ApiProblem.LIMITS_UNAVAILABLE,
                    states == null
                            ? "the API follows no limits: kafka.bootstrap-servers is not set, or api.max-snapshots is 0"
                            : "limit-state is being read from its start, or has more snapshots than api.max-snapshots");
        }
        LiveRows rows = live.rows();
        Quote quote = live.quote();
        if (rows.asOfMillis() == 0) {
            throw problem(ApiProblem.UNKNOWN_ACCOUNT, "there is no snapshot of the account " + account);
        }
        Quote.PlanRef plan = quote.plan();
        if (plan == null) {
            throw problem(ApiProblem.UNKNOWN_PLAN, "the plan of the account " + account + " is not in plan-catalog");
        }
        Freshness freshness = Freshness.of(
                new Position(rows.asOfMillis(), rows.streamMillis(), rows.lagMillis(), ""), exchange, range.zone());
        return freshness.headers(
                Answer.json(200, json -> {
                    freshness.write(json);
                    json.writeStringField("time_zone", range.zone().getId());
                    json.writeStringField("source", rows.source());
                    json.writeNumberField("behind_ms", rows.behindMillis());
                    json.writeStringField("account", account);
                    json.writeStringField("endpoint", call.endpoint());
                    json.writeStringField("plan", plan.planId());
                    json.writeNumberField("plan_version", plan.version());
                    write(json, quote.decision());
                    json.writeArrayFieldStart("limits");
                    for (Quote.LimitCost cost : quote.costs()) {
                        write(json, cost, range);
                    }
                    json.writeEndArray();
                }),
                null);
    }

    private static Call call(String account, Parameters parameters) {
        if (account.indexOf('\0') >= 0) {
            parameters.problem("account", account.replace('\0', ' '), "a text without U+0000");
        }
        String endpoint = text(parameters, "endpoint", MAX_ENDPOINT);
        if (endpoint == null && parameters.text("endpoint") == null) {
            parameters.problem("endpoint", null, "what is called, as the plan names it: POST /v2/mem-it, addMessage");
        }
        return new Call(
                account,
                text(parameters, "project", MAX_ID),
                text(parameters, "api_key", MAX_ID),
                endpoint == null ? "" : endpoint,
                size(parameters, "units"),
                size(parameters, "input_tokens"),
                size(parameters, "output_items"));
    }

    private static @Nullable String text(Parameters parameters, String name, int max) {
        return parameters.parsed(
                name,
                text -> text.isEmpty() || text.length() > max ? null : text,
                "a text of 1 to " + max + " characters");
    }

    private static long size(Parameters parameters, String name) {
        Long size = parameters.parsed(
                name,
                text -> {
                    long parsed = Long.parseLong(text);
                    return parsed < 0 ? null : parsed;
                },
                "a whole number from 0 to " + Long.MAX_VALUE);
        return size == null ? Call.UNKNOWN : size;
    }

    private static void write(JsonGenerator json, Decision decision) throws IOException {
        json.writeBooleanField("allowed", decision.allowed());
        json.writeNumberField("status", decision.status());
        json.writeStringField(
                "reason", decision.reason() == null ? null : decision.reason().name());
        json.writeStringField("limit", decision.limitId());
        if (decision.retryAfterSeconds() > 0) {
            json.writeNumberField("retry_after_s", decision.retryAfterSeconds());
        } else {
            json.writeNullField("retry_after_s");
        }
        json.writeStringField("detail", decision.detail().isEmpty() ? null : decision.detail());
    }

    private static void write(JsonGenerator json, Quote.LimitCost cost, TimeRange range) throws IOException {
        Long amount = cost.amount();
        Long fitsAt = cost.fitsAtMillis();
        json.writeStartObject();
        json.writeStringField("limit", cost.limitId());
        json.writeStringField("meter", cost.meterId());
        json.writeStringField("scope", cost.scope().name());
        json.writeStringField("scope_key", cost.scopeKey());
        json.writeStringField("algorithm", cost.algorithm().name());
        json.writeStringField("mode", cost.enforced() ? "ENFORCE" : "ADVISORY");
        json.writeNumberField("cost", cost.cost());
        json.writeNumberField("used_now", cost.used());
        if (amount == null) {
            json.writeNullField("amount");
            json.writeNullField("remaining");
        } else {
            json.writeNumberField("amount", amount);
            json.writeNumberField("remaining", Math.max(0, amount - cost.used()));
        }
        json.writeBooleanField("fits", cost.fits());
        json.writeStringField("fits_at", fitsAt == null ? null : range.text(fitsAt));
        json.writeEndObject();
    }

    private static ProblemException problem(ApiProblem type, String detail) {
        return new ProblemException(Answer.problem(type, detail));
    }
}
