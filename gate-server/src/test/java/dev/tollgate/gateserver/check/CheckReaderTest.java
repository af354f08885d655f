package dev.tollgate.gateserver.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.gate.Call;
import dev.tollgate.gate.Policy;
import dev.tollgate.gateserver.account.HeaderCallers;
import dev.tollgate.gateserver.request.CheckProblem;
import dev.tollgate.gateserver.request.TestingRequest;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckReaderTest {
    private static final HeaderCallers CALLERS = new HeaderCallers("X-Account-Id", "X-Project-Id", "X-Api-Key-Id");
    private static final CheckOptions DEFAULTS = new CheckOptions(0, false, false);

    private final CheckReader reader = new CheckReader(CALLERS, List.of(), DEFAULTS, Policy.CLOSED);

    private Call callOf(TestingRequest request) {
        return valid(request).call();
    }

    private ReadCheck.Valid valid(TestingRequest request) {
        ReadCheck read = reader.read(request.build());
        assertThat(read).isInstanceOf(ReadCheck.Valid.class);
        return (ReadCheck.Valid) read;
    }

    private List<String> problemsOf(TestingRequest request) {
        ReadCheck read = reader.read(request.build());
        assertThat(read).isInstanceOf(ReadCheck.Invalid.class);
        return ((ReadCheck.Invalid) read)
                .problems().stream().map(CheckProblem::sentence).toList();
    }

    @Test
    void givenForwardedHeaders_whenRead_thenTheCallIsTheClientsWithoutItsQuery() {
        Call call = callOf(new TestingRequest()
                .method("GET")
                .header("X-Account-Id", "acme")
                .header("X-Project-Id", "search")
                .header("X-Api-Key-Id", "key-7")
                .header("X-Forwarded-Method", "POST")
                .header("X-Forwarded-Uri", "/v2/mem-it?token=secret#top"));

        assertThat(call)
                .isEqualTo(
                        Call.of("acme", "POST /v2/mem-it").withProject("search").withApiKey("key-7"));
    }

    @Test
    void givenOriginalHeaders_whenRead_thenTheyAreTakenAsTheForwardedOnesAre() {
        assertThat(callOf(new TestingRequest()
                                .header("X-Account-Id", "acme")
                                .header("X-Original-Method", "delete")
                                .header("X-Original-URI", "https://api.example.org/v1/mems/17?x=1"))
                        .endpoint())
                .isEqualTo("DELETE /v1/mems/17");
    }

    @Test
    void givenAPathBelow_whenTheClientSendsHeadersOfACheaperCall_thenThePathAndItsMethodCount() {
        ReadCheck.Valid read = valid(TestingRequest.ofAcme()
                .method("POST")
                .path("/v2/mem-it")
                .query("dry_run=true&record=false")
                .header("X-Forwarded-Method", "GET")
                .header("X-Original-URI", "/v2/notes"));

        assertThat(read.call().endpoint()).isEqualTo("POST /v2/mem-it");
        assertThat(read.options()).isEqualTo(DEFAULTS);
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/mem%2Dit,/v2/mem-it,true",
        "//v2/./mem-it/,/v2/mem-it,true",
        "/x/../v2/mem-it;jsessionid=1,/v2/mem-it,true",
        "/kb/a%2fb/query,/kb/:id/query,true",
        "/kb/a/b/query,/kb/:id/query,false",
        "/kb/m%C3%BCnchen/query,/kb/:id/query,true",
        "/V2/mem-it,/v2/mem-it,false",
    })
    void givenAnEncodedPath_whenRead_thenItMatchesThePlansEndpointAsItDoesInTheTopology(
            String sent, String pattern, boolean matches) {
        String endpoint = callOf(
                        TestingRequest.ofAcme().without("X-Forwarded-Uri").header("X-Forwarded-Uri", sent))
                .endpoint();

        assertThat(EndpointPattern.of("GET " + pattern).matches(endpoint))
                .as(endpoint)
                .isEqualTo(matches);
    }

    @Test
    void givenTemplates_whenRead_thenNobodyCanMakeUpEndpoints() {
        CheckReader named = new CheckReader(CALLERS, List.of("/v1/mems/{id}"), DEFAULTS, Policy.CLOSED);

        ReadCheck known = named.read(TestingRequest.ofAcme()
                .without("X-Forwarded-Uri")
                .header("X-Forwarded-Uri", "/v1/mems/17")
                .build());
        ReadCheck unknown = named.read(TestingRequest.ofAcme().build());

        assertThat(((ReadCheck.Valid) known).call().endpoint()).isEqualTo("GET /v1/mems/{id}");
        assertThat(((ReadCheck.Valid) unknown).call().endpoint()).isEqualTo("GET /{unmatched}");
    }

    @Test
    void givenAPathOfAHundredKilobytes_whenRead_thenItsBeginningIsTheEndpoint() {
        String endpoint = callOf(new TestingRequest()
                        .header("X-Account-Id", "acme")
                        .header("X-Forwarded-Uri", "/" + "x".repeat(100_000)))
                .endpoint();

        assertThat(endpoint).hasSize(512).startsWith("GET /xxx");
    }

    @Test
    void givenTwoPairsOfHeadersThatDisagree_whenRead_thenNeitherIsBelieved() {
        assertThat(problemsOf(TestingRequest.ofAcme().header("X-Original-URI", "/v2/mem-it")))
                .containsExactly("header X-Original-URI must agree with X-Forwarded-Uri: let the proxy set one of them"
                        + " and take the other away");
        assertThat(problemsOf(TestingRequest.ofAcme()
                        .header("X-Forwarded-Method", "GET")
                        .header("X-Original-Method", "POST")))
                .hasSize(1);
        assertThat(callOf(TestingRequest.ofAcme().header("X-Original-URI", "/v2/./notes?x"))
                        .endpoint())
                .isEqualTo("GET /v2/notes");
    }

    @Test
    void givenTwoAccounts_whenRead_thenNoneOfThemPays() {
        assertThat(problemsOf(TestingRequest.ofAcme().header("x-account-id", "other")))
                .containsExactly("header X-Account-Id must be sent once, was sent 2 times; let the proxy replace what"
                        + " the client has sent");
    }

    @Test
    void givenHostileHeaders_whenRead_thenEachIsNamedWithoutBeingRepeated() {
        List<String> problems = problemsOf(new TestingRequest()
                .header("X-Account-Id", "a".repeat(100_000))
                .header("X-Project-Id", "p\u0000q")
                .header("X-Api-Key-Id", "\u00ff\u00fe")
                .header("X-Forwarded-Method", "G E T" + "x".repeat(1_000))
                .header("X-Forwarded-Uri", "/a\r\nX-Account-Id: other"));

        assertThat(problems)
                .containsExactly(
                        "header X-Account-Id must be at most 128 characters, was 100000",
                        "header X-Project-Id must have no control characters, has U+0000 as character 2",
                        "header X-Api-Key-Id must be UTF-8",
                        "header X-Forwarded-Method must be an HTTP method, was 'G E T" + "x".repeat(59) + "...'");
        assertThat(problemsOf(TestingRequest.ofAcme()
                        .without("X-Forwarded-Uri")
                        .header("X-Forwarded-Uri", "/a\r\nX-Account-Id: other")))
                .containsExactly("header X-Forwarded-Uri must have no control characters, has U+000D as character 7");
    }

    @Test
    void givenAnAccountInUtf8_whenTheServerHandsOverItsBytes_thenItIsTheText() {
        String bytes = new String("münchen-猫".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

        assertThat(callOf(TestingRequest.ofAcme().without("X-Account-Id").header("X-Account-Id", bytes))
                        .accountId())
                .isEqualTo("münchen-猫");
    }

    @Test
    void givenNothing_whenRead_thenAllThatIsMissingIsSaidAtOnce() {
        assertThat(problemsOf(new TestingRequest().query("dry-run=yes&deny_status=4e3&record=maybe")))
                .containsExactly(
                        "parameter dry-run is unknown; did you mean dry_run?",
                        "parameter deny_status must be an HTTP status from 400 to 599, was '4e3'",
                        "parameter record must be true or false, was 'maybe'",
                        "header X-Forwarded-Uri is missing: send it, or X-Original-URI, or call /v1/check/PATH");
        assertThat(problemsOf(TestingRequest.ofAcme().without("X-Account-Id")))
                .containsExactly("header X-Account-Id is missing: let the proxy set it to the account, or set"
                        + " gate-server.no-account=open");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "api.example.org:443", "mem-it"})
    void givenATargetThatIsNoPath_whenRead_thenItIsRejected(String target) {
        assertThat(problemsOf(TestingRequest.ofAcme().without("X-Forwarded-Uri").header("X-Forwarded-Uri", target)))
                .containsExactly("header X-Forwarded-Uri must be a path or a URL, was '" + target + "'");
    }

    @Test
    void givenOptions_whenRead_thenTheyChangeTheDefaults() {
        CheckReader recording = new CheckReader(CALLERS, List.of(), new CheckOptions(403, false, true), Policy.CLOSED);

        assertThat(valid(TestingRequest.ofAcme().query("deny_status=403&record=true"))
                        .options())
                .isEqualTo(new CheckOptions(403, false, true));
        assertThat(((ReadCheck.Valid) recording.read(
                                TestingRequest.ofAcme().query("dry_run=true").build()))
                        .options())
                .isEqualTo(new CheckOptions(403, true, false));
        assertThat(problemsOf(TestingRequest.ofAcme().query("dry_run=true&record=true")))
                .containsExactly("parameter record must not be true together with dry_run=true, which counts nothing");
        assertThat(problemsOf(TestingRequest.ofAcme().query("record=true&record=false&" + "y".repeat(500))))
                .containsExactly(
                        "parameter record must be sent once",
                        "parameter " + "y".repeat(64) + "... is unknown: there are deny_status, dry_run and record");
    }

    @Test
    void givenARequestId_whenTheCallIsRecorded_thenItIsTheEventsAndElseNotLookedAt() {
        TestingRequest request = TestingRequest.ofAcme().header("X-Request-Id", "r-1");

        assertThat(valid(request.query("record=true")).requestId()).isEqualTo("r-1");
        assertThat(valid(request.query("")).requestId()).isNull();
        assertThat(problemsOf(request.header("X-Request-Id", "r-2").query("record=true")))
                .hasSize(1);
        assertThat(valid(request.query("record=false")).requestId()).isNull();
    }

    @Test
    void givenNobody_whenThatIsAllowed_thenTheCallIsNotLimited() {
        CheckReader open = new CheckReader(CALLERS, List.of(), DEFAULTS, Policy.OPEN);

        assertThat(open.read(TestingRequest.ofAcme().without("X-Account-Id").build()))
                .isInstanceOf(ReadCheck.Unlimited.class);
        assertThat(open.read(TestingRequest.ofAcme()
                        .without("X-Account-Id")
                        .header("X-Account-Id", "a\u0001b")
                        .build()))
                .isInstanceOf(ReadCheck.Invalid.class);
    }
}
