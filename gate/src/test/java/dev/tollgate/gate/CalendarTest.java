package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.AccountSnapshot;
import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.time.WindowAnchor;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.plan.PlanTranslator;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The gate's windows are the engine's, whatever calendar they follow. */
class CalendarTest {
    private static final String ENDPOINT = "/v2/notes";
    private static final List<String> LENGTHS = List.of(
            "10 seconds", "15 minutes", "7 hours", "day", "3 days", "week", "2 weeks", "month", "3 months", "year");
    private static final List<String> ZONES = List.of(
            "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana");

    private static long at(String time) {
        return Instant.parse(time).toEpochMilli();
    }

    @Test
    void givenRandomCalendars_whenTimePasses_thenTheGateResetsWhenTheEngineDoes() {
        for (int seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            WindowLength length = WindowLength.parse(LENGTHS.get(random.nextInt(LENGTHS.size())))
                    .orElseThrow();
            WindowCalendar calendar = new WindowCalendar(
                    ZONES.get(random.nextInt(ZONES.size())),
                    new WindowAnchor(
                            1 + random.nextInt(12), 1 + random.nextInt(31), 1 + random.nextInt(7), random.nextInt(24)));
            Plan plan = TestingPlan.named("plan")
                    .meter("requests", 1)
                    .follows(calendar)
                    .fixed("limit", "requests", 2, length)
                    .build();
            TestingGate testing = new TestingGate("gate.default-plan", "plan");
            testing.gate.apply(plan);
            Plans plans = Plans.of(PlanTranslator.versions(plan));
            AccountingEngine engine = new AccountingEngine(new EngineSettings(60_000L, 86_400_000L, "plan", 10_000));
            AccountState state = AccountState.empty("acme");
            long now = at("2026-03-07T00:00:00Z");
            for (int i = 0; i < 40; i++) {
                now += (long) (random.nextDouble() * length.maxMillis());
                testing.clock.set(now);
                AccountSnapshot.Bucket bucket =
                        engine.snapshot(state, plans, now).buckets().getFirst();
                long wait = (bucket.windowEndMillis() - now + 999) / 1_000;

                assertThat(testing.allowedOf(3, ENDPOINT))
                        .as("%s in %s", length, calendar)
                        .isEqualTo(2);
                assertThat(testing.gate.check("acme", ENDPOINT).retryAfterSeconds())
                        .as("seed %d: %s in %s at %s", seed, length, calendar, Instant.ofEpochMilli(now))
                        .isEqualTo(wait);
                now = bucket.windowEndMillis();
                testing.clock.set(now - 1);
                assertThat(testing.allowedOf(1, ENDPOINT)).isZero();
            }
        }
    }

    @Test
    void givenAnAccountWithATimeZoneOfItsOwn_whenItsDayEnds_thenTheNextIsADayOfThatTimeZone() {
        TestingGate testing = new TestingGate();
        testing.gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("requests-per-day", "requests", 1L, Algorithm.FIXED_WINDOW, WindowUnit.DAY)
                .build());
        long now = at("2026-03-10T12:00:00Z");
        testing.clock.set(now);
        testing.gate.apply(TestingState.at(1, now)
                .follows(new WindowCalendar("Asia/Kathmandu", WindowAnchor.DEFAULT))
                .window("requests-per-day", "requests", WindowUnit.DAY, 1L, 1)
                .build());
        assertThat(testing.gate.check("acme", ENDPOINT).allowed()).isFalse();

        // The snapshot's window ends at midnight UTC; what follows is the day of Kathmandu, to 18:15 UTC.
        testing.clock.set(at("2026-03-11T00:00:00Z"));
        assertThat(testing.allowedOf(2, ENDPOINT)).isEqualTo(1);

        assertThat(testing.gate.check("acme", ENDPOINT).retryAfterSeconds()).isEqualTo(18 * 3_600 + 15 * 60);
    }
}
