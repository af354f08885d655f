package dev.tollgate.gateway.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.MaxEventAge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 10,000 lines like those of the public sample of 2015 that log tools are tried with: a site's combined log of four
 * days, bots, feeds, HEAD requests, odd user agents and requests that are none among them. The figures that come out
 * are those that the maker of the lines has kept for itself.
 */
class ApacheSampleTest {
    private static final int LINES = 10_000;
    private static final Instant START = Instant.parse("2015-05-17T10:05:00Z");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final List<String> USERS =
            List.of("-", "-", "-", "acme", "jane doe", "team\\x22x", "caf\\xC3\\xA9", "\"\"");
    private static final List<String> AGENTS = List.of(
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/",
            "-",
            "Mozilla/4.0 (compatible; MSIE 6.0; \\\"quoted\\\"; \\x5C back)",
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:27.0) Gecko/20100101 Firefox/27.0".repeat(5));
    private static final List<String> PATHS = List.of(
            "/presentations/logstash/images/kibana-search.png",
            "/favicon.ico",
            "/blog/tags/puppet?flav=rss20",
            "/reset.css",
            "/?flav=rss20",
            "/files/logstash/logstash-1.1.0-monolithic.jar",
            "/projects/xdotool/xdotool.xhtml#top",
            "http://www.example.org/articles/ssh%2Dsecurity/",
            "/doc/index.html?org/elasticsearch/action/search/SearchResponse.html",
            "//blog//geekery/ssl-latency.html");
    private static final Map<Integer, String> OUTCOMES = new TreeMap<>(Map.of(
            200,
            "SUCCESS",
            206,
            "SUCCESS",
            301,
            "SUCCESS",
            304,
            "SUCCESS",
            403,
            "AUTH_FAILED",
            404,
            "INVALID",
            416,
            "INVALID",
            500,
            "SERVER_ERROR"));

    @Test
    void givenALogOfFourDays_whenIngested_thenTheFiguresAreThoseOfAnIndependentCount(@TempDir Path folder)
            throws IOException {
        Map<String, Long> expected = new TreeMap<>();
        long[] unattributed = new long[1];
        long[] rejected = new long[1];
        Path log = Files.writeString(folder.resolve("sample.log"), sample(expected, unattributed, rejected));
        CollectingSender sender = new CollectingSender();

        BackfillReport report = Backfill.run(
                BackfillOptions.of(List.of(log), Mapping.of("combined").skippingWithoutAccount())
                        .withMaxErrors(LINES)
                        .withMaxAge(new MaxEventAge(Duration.ofDays(36_500))),
                sender,
                BackfillListener.SILENT);

        Map<String, Long> counted = new TreeMap<>();
        for (RequestEvent event : sender.events) {
            counted.merge(
                    event.getAccountId() + " " + event.getEndpoint() + " " + event.getOutcome() + " "
                            + event.getOccurredAt().atOffset(ZoneOffset.UTC).toLocalDate(),
                    1L,
                    Long::sum);
        }
        assertThat(counted).isEqualTo(expected);
        assertThat(report.unattributed()).isEqualTo(unattributed[0]).isGreaterThan(3_000);
        assertThat(report.rejected()).isEqualTo(rejected[0]).isPositive();
        assertThat(report.published() + report.unattributed() + report.rejected())
                .isEqualTo(LINES);
    }

    private static String sample(Map<String, Long> expected, long[] unattributed, long[] rejected) {
        SplittableRandom random = new SplittableRandom(Long.getLong("tollgate.seed", 2015L));
        Map<String, String> names =
                Map.of("acme", "acme", "jane doe", "jane doe", "team\\x22x", "team\"x", "caf\\xC3\\xA9", "café");
        List<Integer> statuses = List.copyOf(OUTCOMES.keySet());
        StringBuilder log = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            Instant time = START.plusSeconds(random.nextLong(4 * 86_400));
            String user = USERS.get(random.nextInt(USERS.size()));
            String method = random.nextInt(20) == 0 ? "HEAD" : random.nextInt(50) == 0 ? "POST" : "GET";
            int path = random.nextInt(PATHS.size());
            int status = statuses.get(random.nextInt(statuses.size()));
            boolean broken = random.nextInt(200) == 0;
            String request =
                    broken ? "\\x16\\x03\\x01" : method + " " + PATHS.get(path) + " HTTP/1." + random.nextInt(2);
            log.append(random.nextInt(256))
                    .append(".54.10.")
                    .append(random.nextInt(256))
                    .append(" - ")
                    .append(user);
            log.append(" [")
                    .append(TIME.format(time))
                    .append("] \"")
                    .append(request)
                    .append("\" ")
                    .append(status);
            log.append(' ').append(status == 304 ? "-" : Integer.toString(random.nextInt(100_000)));
            log.append(random.nextBoolean() ? " \"-\" \"" : " \"http://semicomplete.com/presentations/\" \"");
            log.append(AGENTS.get(random.nextInt(AGENTS.size()))).append("\"\n");
            String account = names.get(user);
            if (account == null) {
                unattributed[0]++;
            } else if (broken) {
                rejected[0]++;
            } else {
                expected.merge(
                        account + " " + method + " " + plainPath(path) + " " + OUTCOMES.get(status) + " "
                                + time.atOffset(ZoneOffset.UTC).toLocalDate(),
                        1L,
                        Long::sum);
            }
        }
        return log.toString();
    }

    /** Written down by hand, not worked out as the code under test does. */
    private static String plainPath(int path) {
        return List.of(
                        "/presentations/logstash/images/kibana-search.png",
                        "/favicon.ico",
                        "/blog/tags/puppet",
                        "/reset.css",
                        "/",
                        "/files/logstash/logstash-1.1.0-monolithic.jar",
                        "/projects/xdotool/xdotool.xhtml",
                        "/articles/ssh-security",
                        "/doc/index.html",
                        "/blog/geekery/ssl-latency.html")
                .get(path);
    }
}
