package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The calls of docs/api.md do what the page says, where curl is installed. */
final class DocumentedSnippetsIT {
    private static final Path PAGE = Path.of("../docs/api.md");
    private static final Pattern SNIPPET = Pattern.compile("(?s)```bash\n(.*?)```");

    private static final int CURL_GOT_AN_ERROR_STATUS = 22;

    @Test
    void givenTheCallsOfThePage_whenRun_thenTheyAnswer() throws Exception {
        assumeTrue(run(List.of("curl", "--version"), "", "").exit() == 0, "there is no curl here");
        List<String> snippets = SNIPPET.matcher(Files.readString(PAGE))
                .results()
                .map(found -> found.group(1))
                .toList();
        try (TestingApi api = new TestingApi("api_docs")) {
            api.execute("INSERT INTO request_journal (account_id, event_id, verdict, project_id, endpoint, occurred_at,"
                    + " appended_at, recorded_at, costs, record_topic_id, record_partition, record_offset) VALUES"
                    + " ('acme', 'e1', 'COUNTED', 'p1', '/get', '2026-11-02 18:15:00', '2026-11-02 18:15:00',"
                    + " '2026-11-02 18:15:00', {'requests': 1}, 'J', 0, 0)");
            api.execute("INSERT INTO limit_event (account_id, limit_event_id, kind, event_time, version) VALUES"
                    + " ('acme', 'e-17', 'HARD_LIMIT_REACHED', '2026-11-02 18:15:00', 1)");
            api.execute("INSERT INTO account_state (account_id, scope, plan_id, stream_time, buckets, version) VALUES"
                    + " ('acme', 'ACCOUNT', 'mem', '2026-11-02 18:15:00', [('day', 'requests', 'FIXED_WINDOW',"
                    + " 'ENFORCE', 'ACCOUNT', '', 10, 4, NULL, NULL, 1000, false, false, NULL)], 1)");

            List<String> answers = new ArrayList<>();
            for (String snippet : snippets) {
                Run run =
                        run(List.of("bash", "-c", snippet), api.api().address().toString(), TestingApi.READER);
                // This API follows no topics: a question that they answer is understood, and that is said.
                boolean live = snippet.contains("/quote");
                assertThat(run.exit())
                        .as("%s: %s", snippet, run.output())
                        .isEqualTo(live ? CURL_GOT_AN_ERROR_STATUS : 0);
                answers.add(run.output());
            }

            assertThat(answers).hasSize(7);
            assertThat(answers.get(0)).contains("\"from\":\"2026-11-03T00:00:00+05:45\"", "\"total\":{\"requests\":1}");
            assertThat(answers.get(1).lines())
                    .containsExactly(
                            "from,to,meter,account,other,used",
                            "2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,requests,acme,false,1");
            assertThat(answers.get(2)).contains("\"endpoint\":\"/get\",\"used\":1,\"late\":0,\"events\":1");
            assertThat(answers.get(3)).contains("\"limit_event_id\":\"e-17\"", "\"ended_at\":null");
            assertThat(answers.get(4)).contains("\"account\":\"acme\",\"state\":\"ok\"", "\"share_basis_points\":4000");
            assertThat(answers.get(5)).contains("\"limit\":\"day\"", "\"remaining\":6");
            assertThat(answers.get(6)).contains("limits-unavailable");
        }
    }

    private static Run run(List<String> command, String url, String token) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TOLLGATE_URL", url);
        builder.environment().put("TOLLGATE_TOKEN", token);
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), output);
        } catch (IOException e) {
            return new Run(127, String.valueOf(e.getMessage()));
        }
    }

    private record Run(int exit, String output) {}
}
