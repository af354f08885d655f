package dev.tollgate.gateserver.server;

import dev.tollgate.gate.Decision;
import dev.tollgate.gateserver.check.CheckAnswer;
import dev.tollgate.gateserver.check.CheckAnswer.IdentityHeaders;
import dev.tollgate.gateserver.check.CheckReader;
import dev.tollgate.gateserver.check.Checks;
import dev.tollgate.gateserver.check.ReadCheck;
import dev.tollgate.gateserver.request.CheckProblem;
import dev.tollgate.gateserver.request.CheckRequest;
import dev.tollgate.http.Answer;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.Endpoint;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Tokens;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Answers {@code /v1/check} and everything below it. */
public final class CheckEndpoint implements Endpoint {
    /** Its path; everything below it is answered, too. */
    public static final String PATH = "/v1/check";

    private final CheckReader reader;
    private final Checks checks;
    private final IdentityHeaders headers;
    private final Tokens tokens;
    private final GateServerMetrics metrics;

    /**
     * The endpoint.
     *
     * @param headers that name account, project and API key in answers that allow a call
     * @param tokens of the proxies that may ask
     */
    public CheckEndpoint(
            CheckReader reader, Checks checks, IdentityHeaders headers, Tokens tokens, GateServerMetrics metrics) {
        this.reader = reader;
        this.checks = checks;
        this.headers = headers;
        this.tokens = tokens;
        this.metrics = metrics;
    }

    @Override
    public Answer answer(Exchange exchange) {
        long from = System.nanoTime();
        Timed timed = timed(exchange);
        metrics.countCheck(timed.status(), System.nanoTime() - from);
        return timed.answer();
    }

    /** An answer, and the status that it is counted by. */
    private record Timed(int status, Answer answer) {
        static Timed of(Answer answer) {
            return new Timed(answer.status(), answer);
        }
    }

    private Timed timed(Exchange exchange) {
        Optional<AccessToken> token = tokens.isAnyoneAllowed() ? Optional.empty() : tokens.of(exchange.headers());
        if (!tokens.isAnyoneAllowed() && token.isEmpty()) {
            return Timed.of(Answer.problem(
                    CommonProblem.UNAUTHORIZED, "the proxy must send one of gate-server.tokens in Authorization"));
        }
        CheckRequest request = new CheckRequest(
                exchange.method(),
                exchange.path().substring(PATH.length()),
                exchange.request().getHttpURI().getQuery(),
                exchange.headers()::getValuesList);
        return switch (reader.read(request)) {
            case ReadCheck.Valid valid -> decided(valid, token);
            case ReadCheck.Unlimited _ -> new Timed(200, answerOf(CheckAnswer.unlimited()));
            case ReadCheck.Unauthenticated wrong ->
                Timed.of(Answer.problem(CommonProblem.UNAUTHORIZED, wrong.detail()));
            case ReadCheck.Invalid invalid -> Timed.of(problem(invalid.problems()));
        };
    }

    private Timed decided(ReadCheck.Valid valid, Optional<AccessToken> token) {
        String account = valid.call().accountId();
        if (token.isPresent() && !token.get().allows(account)) {
            return Timed.of(
                    Answer.problem(CommonProblem.ACCOUNT_NOT_ALLOWED, "the token may not ask for this account"));
        }
        Decision decision = checks.decide(valid);
        return new Timed(decision.status(), answerOf(CheckAnswer.of(decision, valid.call(), valid.options(), headers)));
    }

    private static Answer answerOf(CheckAnswer answer) {
        String type = answer.body().length == 0 ? "text/plain" : Answer.PROBLEM_JSON;
        return new Answer(answer.status(), type, answer.headers(), new Answer.Body.Whole(answer.body()));
    }

    private static Answer problem(List<CheckProblem> problems) {
        String detail = problems.stream().map(CheckProblem::sentence).collect(Collectors.joining("; "));
        return Answer.problem(CommonProblem.MALFORMED_REQUEST, detail, json -> {
            json.writeArrayFieldStart("problems");
            for (CheckProblem problem : problems) {
                json.writeStartObject();
                json.writeStringField(problem.place(), problem.name());
                json.writeStringField("detail", problem.detail());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
