package dev.tollgate.planmodel.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.EndpointPricing;
import dev.tollgate.planmodel.pricing.PerCallCap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    private static final List<String> PIECES = List.of(
            "/", "//", ".", "..", "%2e", "%2F", "%41", "%zz", "%", "a", "mem-it", ";", "?", "#", "=", "&", ":", "@",
            "http://", "POST ", " ", "é", "{id}", "*");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v2/mem-it | /v2/mem-it",
                "/v2/mem-it?x=1 | /v2/mem-it",
                "/v2/mem-it#top | /v2/mem-it",
                "/v2/mem-it/ | /v2/mem-it",
                "/v2//mem-it | /v2/mem-it",
                "/v2/./mem-it | /v2/mem-it",
                "/v2/x/../mem-it | /v2/mem-it",
                "/../../v2/mem-it | /v2/mem-it",
                "/v2/mem%2Dit | /v2/mem-it",
                "/v2/%2e%2E/v2/mem-it | /v2/mem-it",
                "/v2/mem-it;jsessionid=1 | /v2/mem-it",
                "https://api.example.org/v2/mem-it | /v2/mem-it",
                "HTTPS://api.example.org:443/v2/mem-it?x=1 | /v2/mem-it",
                "http://user@[::1]:80/v2/mem-it | /v2/mem-it",
                "http://h?/v2/x | /",
                "https://h | /",
                "POST https://api.example.org/v2/mem-it | POST /v2/mem-it",
                "POST /v2/mem-it?x=1 | POST /v2/mem-it",
                "GET /?q=/v2/mem-it | GET /",
                "/a%2fb%c3%a9 | /a%2Fb%C3%A9",
                "/a%2541 | /a%2541",
                "/a%4 | /a%4",
                "/.well-known/x | /.well-known/x"
            })
    void givenATargetInWhateverForm_whenReduced_thenItIsItsPath(String endpoint, String reduced) {
        assertThat(RequestTarget.reduced(endpoint)).isEqualTo(reduced);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/mem-it",
                "POST /v2/mem-it",
                "/",
                "/v1/mems/{id}",
                "addMessage",
                "OPTIONS *",
                "CONNECT api.example.org:443",
                "what is it?",
                "a/b?c",
                "C#",
                ""
            })
    void givenAnEndpointWithNothingToReduce_whenReduced_thenItIsTheSameObject(String endpoint) {
        assertThat(RequestTarget.reduced(endpoint)).isSameAs(endpoint);
    }

    @Test
    void givenRandomTargets_whenReducedTwice_thenTheSecondTimeChangesNothing() {
        SplittableRandom random = new SplittableRandom(Long.getLong("tollgate.seed", 6L));
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int pieces = random.nextInt(10); pieces > 0; pieces--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            String once = RequestTarget.reduced(text.toString());

            assertThat(RequestTarget.reduced(once)).as("'%s'", text).isEqualTo(once);
            if (once.startsWith("/")) {
                assertThat(once).as("'%s'", text).doesNotContain("//", "?", "#", ";", "/../");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v2/mem-it",
                "POST https://api.example.org/v2/mem-it",
                "POST /v2/mem-it?cheap",
                "POST /v2/mem-it;cheap",
                "POST /v2/./mem%2Dit",
                "post /v2/mem-it/"
            })
    void givenACallerWhoChoosesTheForm_whenPriced_thenHeChoosesNoPriceAndNoCap(String endpoint) {
        CostTable table = new CostTable(
                Cost.flat(1), List.of(new CostTable.Entry(EndpointPattern.of("POST /v2/mem-it/"), Cost.flat(40))));
        PerCallCap cap = new PerCallCap(EndpointPattern.of("/v2/mem-it"), PerCallCap.Dimension.UNITS, 7);

        EndpointPricing pricing = new EndpointPricing(endpoint, List.of(table), List.of(cap));

        assertThat(pricing.cost(0)).isEqualTo(Cost.flat(40));
        assertThat(pricing.maxUnits()).isEqualTo(7);
        assertThat(table.costFor(endpoint)).isEqualTo(Cost.flat(40));
    }
}
