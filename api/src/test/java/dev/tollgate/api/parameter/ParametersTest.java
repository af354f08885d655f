package dev.tollgate.api.parameter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.http.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {
    private static final List<String> KNOWN = List.of("account", "limit", "filter", "include", "format");

    private enum Shape {
        ROUND,
        VERY_FLAT
    }

    @Test
    void givenManyMistakes_whenRead_thenAllAreReportedAtOnceEachWithWhatIsAllowed() {
        Parameters parameters = Parameters.of("acount=a&limit=0&include=late,evnts&format=flat&limit=7", KNOWN);
        parameters.number("limit", 1, 1_000, 100);
        parameters.list("include", List.of("late", "events"));
        parameters.choice("format", Shape.ROUND, Shape.class);

        assertThat(parameters.problems())
                .extracting(ParameterProblem::detail)
                .containsExactly(
                        "acount must be one of the parameters account, filter, format, include, limit (did you mean"
                                + " account?), was 'a'",
                        "limit must be there once, was '0 and 7'",
                        "limit must be a whole number from 1 to 1000, was '0'",
                        "include must be out of late, events (did you mean events?), was 'evnts'",
                        "format must be one of round, very-flat, was 'flat'");
        assertThatThrownBy(parameters::throwIfProblems).isInstanceOfSatisfying(ProblemException.class, problem -> {
            String body = new String(problem.answer().bytes("r-1"), StandardCharsets.UTF_8);
            assertThat(problem.answer().status()).isEqualTo(400);
            assertThat(body)
                    .contains("\"detail\":\"5 parameters are not as they must be\"")
                    .contains("{\"parameter\":\"limit\",\"value\":\"0\",\"allowed\":\"a whole number from 1 to 1000\"");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "account=a%2Fb, a/b",
        "account=a+b, a+b",
        "account=caf%C3%A9, café",
        "account=, ''",
        "account, ''",
        "account=a%3Db%26c, a=b&c",
        "account=a=b, a=b",
        "&&account=x&, x",
        "acc%6Funt=x, x"
    })
    void givenAValueInPercentEncoding_whenRead_thenItIsDecodedOnce(String query, String value) {
        Parameters parameters = Parameters.of(query, KNOWN);

        assertThat(parameters.problems()).isEmpty();
        assertThat(parameters.text("account")).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"account=%ff", "account=%zz", "account=%4", "account=a%00b", "%ff=1", "account=ä"})
    void givenBytesThatAreNoText_whenRead_thenTheyAreAProblem(String query) {
        Parameters parameters = Parameters.of(query, KNOWN);

        assertThat(parameters.problems()).hasSize(1);
        assertThat(parameters.text("account")).isNull();
    }

    @Test
    void givenALongValue_whenItIsAProblem_thenItIsShownCutOff() {
        Parameters parameters = Parameters.of("limit=" + "9".repeat(5_000), KNOWN);
        parameters.number("limit", 1, 10, 1);

        assertThat(parameters.problems().getFirst().detail()).hasSizeLessThan(200);
    }

    @Test
    void givenFilters_whenRead_thenEachOperatorIsAConditionAndEmptyValuesAreValues() {
        Parameters parameters = Parameters.of(
                "filter[project]=a,b&filter[endpoint][prefix]=/v2/&filter%5Bapi_key%5D%5Bneq%5D="
                        + "&filter[attribute.region][eq]=eu,west",
                KNOWN);

        List<Filter> filters = Filter.read(parameters, Dimensions.USAGE);

        assertThat(parameters.problems()).isEmpty();
        assertThat(filters)
                .extracting(filter -> filter.dimension().name(), Filter::operator, Filter::values)
                .containsExactlyInAnyOrder(
                        tuple("project", Filter.Operator.IN, List.of("a", "b")),
                        tuple("endpoint", Filter.Operator.PREFIX, List.of("/v2/")),
                        tuple("api_key", Filter.Operator.NOT_IN, List.of("")),
                        tuple("attribute.region", Filter.Operator.IN, List.of("eu,west")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filter[projct]=a",
                "filter[project][like]=a",
                "filter[project]x=a",
                "filter[]=a",
                "filter[attribute.]=a",
                "filter[account_id) OR (1]=1",
                "filter=a"
            })
    void givenAFilterOfAnotherForm_whenRead_thenItIsAProblem(String query) {
        Parameters parameters = Parameters.of(query.replace(" ", "%20"), KNOWN);

        assertThat(Filter.read(parameters, Dimensions.USAGE)).isEmpty();
        assertThat(parameters.problems()).hasSize(1);
    }

    @Test
    void givenANameThatNobodyDeclared_whenAsked_thenThatIsAMistakeInTheProgram() {
        assertThatThrownBy(() -> Parameters.of("", KNOWN).text("cursor")).isInstanceOf(IllegalArgumentException.class);
    }
}
