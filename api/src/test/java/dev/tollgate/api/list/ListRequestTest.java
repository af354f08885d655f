package dev.tollgate.api.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.api.format.RowFormat;
import dev.tollgate.api.limit.LimitEvents;
import dev.tollgate.api.parameter.ParameterProblem;
import dev.tollgate.api.parameter.Parameters;
import dev.tollgate.api.query.Statement;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListRequestTest {
    private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");
    private static final Listing LISTING = LimitEvents.LISTING;

    @Test
    void givenASpanUpToNow_whenALaterPageIsAskedFor_thenItStaysTheOneOfTheFirst() {
        ListRequest first = read("period=-24h", RowFormat.JSON, NOW);
        Cursor cursor = new Cursor(
                first.question(),
                first.range().from().toEpochMilli(),
                first.range().to().toEpochMilli(),
                List.of("1", "a", "2", "e"));

        ListRequest second =
                read("limit=7&cursor=" + cursor.text() + "&period=-24h", RowFormat.JSON, NOW.plusSeconds(60));

        assertThat(second.range()).isEqualTo(first.range());
        assertThat(second.cursor()).isEqualTo(cursor);
        assertThat(second.limit()).isEqualTo(7);
    }

    /** What a client makes of a cursor must not get as far as ClickHouse, which would answer it with an error. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, '1,a,2,e', true",
        "1, 0, '1,a,2,e', false",
        "-9223372036854775808, 1, '1,a,2,e', false",
        "0, 9223372036854775807, '1,a,2,e', false",
        "0, 1, '1,a,2', false",
        "0, 1, '1,a,2,e,f', false",
        "0, 1, 'x,a,2,e', false",
        "0, 1, '+1,a,2,e', false",
        "0, 1, '9223372036854775808,a,2,e', false",
        "0, 1, '1) OR (1=1,a,2,e', false",
        "0, 1, '9223372036854775807,a,2,e', false",
        "0, 1, '1,a\0,2,e', false"
    })
    void givenACursorThatSomebodyMade_whenRead_thenEachOfItsValuesIsChecked(
            long from, long to, String keys, boolean allowed) {
        String question = read("period=2026", RowFormat.JSON, NOW).question();
        Cursor cursor = new Cursor(question, from, to, List.of(keys.split(",", -1)));
        Parameters parameters = parameters("period=2026&cursor=" + cursor.text());

        ListRequest.read(parameters, LISTING, List.of(), RowFormat.JSON, "/p", NOW);

        assertThat(problem(parameters)).isEqualTo(allowed ? null : "cursor");
    }

    @Test
    void givenACursor_whenAnotherQuestionIsAsked_thenItIsAProblem() {
        String cursor = new Cursor(
                        read("period=2026", RowFormat.JSON, NOW).question(), 0, 1, List.of("1", "a", "2", "e"))
                .text();
        for (String query : List.of("period=2026&open=true", "period=2025", "period=2026&filter[limit]=x")) {
            Parameters parameters = parameters(query + "&cursor=" + cursor);
            ListRequest.read(parameters, LISTING, List.of(), RowFormat.JSON, "/p", NOW);
            assertThat(problem(parameters)).as(query).isEqualTo("cursor");
        }
    }

    @Test
    void givenValues_whenTheQueryIsWritten_thenNoneIsInItsText() {
        String evil = "z'z\\z";
        ListRequest first = read("period=2026&filter[limit]=" + "z%27z%5Cz", RowFormat.JSON, NOW);
        Cursor cursor = new Cursor(first.question(), 0, 1, List.of("1", evil, "2", evil));
        Parameters parameters = parameters("period=2026&filter[limit]=z%27z%5Cz&cursor=" + cursor.text());
        ListRequest request = ListRequest.read(parameters, LISTING, List.of(), RowFormat.JSON, "/p", NOW);

        Statement statement = new ListQuery(
                        LISTING, request, new Scope(TestingViewers.of("acc'z", "pre'z*"), List.of("acc'z"), true))
                .statement(10);

        assertThat(problem(parameters)).isNull();
        assertThat(statement.text()).doesNotContain("z'", "'z", "z\\");
        assertThat(statement.parameters().values()).contains("z'z\\\\z", "pre'z", "acc'z", "['acc\\'z']");
        assertThat(statement.text()).contains(" LIMIT 10)");
    }

    @Test
    void givenAPath_whenTheLinkIsMade_thenNothingInItEndsTheAddress() {
        assertThat(NextLink.of("/v1/x", "cursor=old&filter[limit]=a>b\"c é&limit=2", "new"))
                .isEqualTo("</v1/x?filter[limit]=a%3Eb%22c%20%C3%A9&limit=2&cursor=new>; rel=\"next\"");
        assertThat(NextLink.of("/v1/x", null, "new")).isEqualTo("</v1/x?cursor=new>; rel=\"next\"");
    }

    private static ListRequest read(String query, RowFormat format, Instant now) {
        return ListRequest.read(parameters(query), LISTING, List.of(), format, "/p", now);
    }

    private static Parameters parameters(String query) {
        return Parameters.of(query, ListRequest.parameters(LISTING, false));
    }

    /** The one parameter that is wrong; null if none is. */
    private static @Nullable String problem(Parameters parameters) {
        List<String> names =
                parameters.problems().stream().map(ParameterProblem::parameter).toList();
        assertThat(names).hasSizeLessThan(2);
        return names.isEmpty() ? null : names.getFirst();
    }
}
