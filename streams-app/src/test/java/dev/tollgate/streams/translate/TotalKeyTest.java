package dev.tollgate.streams.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TotalKeyTest {
    @Test
    void givenOrdinaryIds_whenMadeAKey_thenTheyStandAsTheyAre() {
        assertThat(TotalKey.of(total("acme", "requests-per-day", "key 7")))
                .isEqualTo("acme|requests-per-day|API_KEY|key 7|requests|DAY|86400000");
    }

    @Test
    void givenIdsWithSeparatorAndEscape_whenMadeAKey_thenTheyAreEscaped() {
        assertThat(TotalKey.of(total("a|b", "c\\p", "\\")))
                .isEqualTo("a\\pb|c\\\\p|API_KEY|\\\\|requests|DAY|86400000");
    }

    /** All ways to put few characters into three ids, among them those that would run together. */
    @Test
    void givenDifferentIds_whenMadeKeys_thenNoTwoAreTheSame() {
        List<String> texts =
                List.of("", "a", "|", "\\", "p", "a|", "|a", "\\p", "p\\", "||", "\\\\", "|\\", "\\|", "a|API_KEY|");
        Map<String, List<String>> seen = new HashMap<>();

        for (String account : texts) {
            for (String limit : texts) {
                for (String scopeKey : texts) {
                    List<String> ids = List.of(account, limit, scopeKey);
                    String key = TotalKey.of(total(account, limit, scopeKey));

                    assertThat(seen.put(key, ids))
                            .as("another total with the key %s of %s", key, ids)
                            .isNull();
                    assertThat(key.split("\\|", -1)).as("parts of %s", key).hasSize(7);
                }
            }
        }
    }

    /** Another plan may use the id of a limit for something else; the windows of both may begin together. */
    @Test
    void givenOneLimitIdThatCountsInTwoWays_whenMadeKeys_thenEachHasItsOwn() {
        WindowLength day = WindowLength.of(WindowUnit.DAY);
        assertThat(List.of(
                        TotalKey.of(total("acme", "limit", "", "requests", day)),
                        TotalKey.of(total("acme", "limit", "", "credits", day)),
                        TotalKey.of(total("acme", "limit", "", "requests", new WindowLength(2, WindowUnit.DAY))),
                        TotalKey.of(total("acme", "limit", "", "requests", WindowLength.of(WindowUnit.MONTH)))))
                .doesNotHaveDuplicates();
    }

    private static UsageTotal total(String account, String limit, String scopeKey) {
        return total(account, limit, scopeKey, "requests", WindowLength.of(WindowUnit.DAY));
    }

    private static UsageTotal total(String account, String limit, String scopeKey, String meter, WindowLength window) {
        return new UsageTotal(
                account,
                limit,
                meter,
                Scope.API_KEY,
                scopeKey,
                86_400_000,
                2 * 86_400_000,
                window,
                1,
                Amount.of(10),
                false,
                "mem",
                1,
                86_400_000,
                1);
    }
}
