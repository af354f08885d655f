package dev.tollgate.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the document does not say fails. */
class ApiContractTest {
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    private final ApiContract contract;

    ApiContractTest() throws IOException {
        contract = ApiContract.parse("""
            paths:
              /things/{thing}:
                get:
                  parameters:
                    - {$ref: '#/components/parameters/Thing'}
                    - {name: limit, in: query}
                  responses:
                    '200':
                      headers: {ETag: {}}
                      content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
                    '304': {description: not modified}
                    '404': {$ref: '#/components/responses/NotFound'}
            components:
              parameters:
                Thing: {name: thing, in: path}
              responses:
                NotFound:
                  content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}
              schemas:
                Thing: {type: object, required: [id], properties: {id: {type: string}}}
                Problem: {type: object, required: [type]}
            """);
    }

    private void check(String method, String route, int status, String contentType, String body) {
        Map<String, List<String>> headers = Map.of("Content-Type", List.of(contentType), "ETag", List.of("1"));
        contract.check(method, route, status, HttpHeaders.of(headers, (name, value) -> true), body);
    }

    private void rejects(String method, String route, int status, String contentType, String body, String message) {
        assertThatThrownBy(() -> check(method, route, status, contentType, body))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(message);
    }

    @Test
    void givenADocument_whenAsked_thenItsRoutesAndParametersAreListed() {
        assertThat(contract.routes()).isEqualTo(Map.of("/things/{thing}", Set.of("GET")));
        assertThat(contract.parameters("/things/{thing}", "path")).containsExactly("thing");
        assertThat(contract.parameters("/things/{thing}", "query")).containsExactly("limit");
    }

    @Test
    void givenAnswersOfTheDocument_whenChecked_thenNothingFails() {
        check("GET", "/things/{thing}", 200, "application/json; charset=utf-8", "{\"id\":\"1\"}");
        check("GET", "/things/{thing}", 304, "", "");
        check("GET", "/things/{thing}", 404, PROBLEM, "{\"type\":\"t\"}");
        check("DELETE", "/things/{thing}", 405, PROBLEM, "{\"type\":\"t\"}");
        check("HEAD", "/things/{thing}", 200, JSON, "");
    }

    @Test
    void givenOtherAnswers_whenChecked_thenTheyFail() {
        rejects("GET", "/things/{thing}", 500, JSON, "{}", "answered 500, which the document does not list");
        rejects("GET", "/things/{thing}", 200, "text/csv", "a", "answered 200 as text/csv");
        rejects("GET", "/things/{thing}", 200, JSON, "{\"id\":1}", "answer against /components/schemas/Thing");
        rejects("GET", "/things/{thing}", 304, "", "body", "body");
        rejects("GET", "/things/{thing}", 404, PROBLEM, "{}", "answer against /components/schemas/Problem");
        rejects("GET", "/others", 200, JSON, "{}", "GET /others");
        rejects("GET", "/others", 404, JSON, "{}", PROBLEM);
        rejects("GET", "/others", 404, PROBLEM, "{}", "answer against /components/schemas/Problem");
        assertThatThrownBy(() -> contract.check(
                        "GET",
                        "/things/{thing}",
                        200,
                        HttpHeaders.of(Map.of("Content-Type", List.of(JSON)), (name, value) -> true),
                        "{\"id\":\"1\"}"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("header ETag");
    }
}
