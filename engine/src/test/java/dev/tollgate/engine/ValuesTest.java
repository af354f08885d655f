package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountChange.Amendment;
import dev.tollgate.engine.input.AccountChange.Correction;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.internal.bucket.ConcurrencyBucket;
import dev.tollgate.engine.internal.bucket.FixedBucket;
import dev.tollgate.engine.internal.bucket.LeakyBucket;
import dev.tollgate.engine.internal.bucket.SlidingBucket;
import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small parts: costs, bytes, ids, the index on the heap. */
class ValuesTest {
    @Test
    void givenCosts_whenComparedAndShown_thenMetersAndAmountsCount() {
        Costs costs = Costs.of(List.of("a", "b"), 1, 0);

        assertThat(costs).isEqualTo(Costs.of(List.of("a", "b"), 1, 0)).hasToString("{a=1, b=0}");
        assertThat(costs).hasSameHashCodeAs(Costs.of(List.of("a", "b"), 1, 0));
        assertThat(costs.hashCode()).isEqualTo(31 * List.of("a", "b").hashCode() + (31 * (31 + 1)));
        assertThat(costs)
                .isNotEqualTo(Costs.of(List.of("a", "b"), 1, 2))
                .isNotEqualTo(Costs.of(List.of("a", "c"), 1, 0));
        assertThat(costs.asMap()).isEqualTo(Map.of("a", 1L, "b", 0L));
        assertThat(costs.isZero()).isFalse();
        assertThat(Costs.of(List.of("a"), 0).isZero()).isTrue();
        assertThat(Costs.none().isZero()).isTrue();
        assertThat(costs.of("c")).isZero();
        assertThatThrownBy(() -> Costs.of(List.of("a"), 1, 2)).hasMessageContaining("were 2");
        assertThatThrownBy(() -> Costs.of(List.of("a"), -1)).hasMessageContaining("-1");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 63, 64, 127, 128, 1L << 35, Long.MAX_VALUE, -1, -64, -65, Long.MIN_VALUE})
    void givenNumber_whenWrittenAndRead_thenItIsTheSame(long number) {
        ByteWriter writer = new ByteWriter();
        for (int i = 0; i < 40; i++) {
            writer.writeVarLong(number);
            writer.writeSignedVarLong(number);
            writer.writeNullableLong(number);
            writer.writeNullableLong(null);
        }
        ByteReader reader = new ByteReader(writer.toBytes());
        for (int i = 0; i < 40; i++) {
            assertThat(reader.readVarLong()).isEqualTo(number);
            assertThat(reader.readSignedVarLong()).isEqualTo(number);
            assertThat(reader.readNullableLong()).isEqualTo(number);
            assertThat(reader.readNullableLong()).isNull();
        }
        reader.requireEnd();
    }

    @Test
    void givenSmallNumbers_whenWritten_thenTheyTakeOneByte() {
        ByteWriter writer = new ByteWriter();
        writer.writeVarLong(127);
        writer.writeSignedVarLong(63);
        writer.writeSignedVarLong(-64);
        assertThat(writer.toBytes()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 127, 128, 300, 5_000})
    void givenText_whenWrittenAndRead_thenItIsTheSame(int length) {
        ByteWriter writer = new ByteWriter();
        String text = "é".repeat(length);
        writer.writeString(text);
        writer.writeNullableString(null);
        writer.writeNullableString(text);
        ByteReader reader = new ByteReader(writer.toBytes());
        assertThat(reader.readString()).isEqualTo(text);
        assertThat(reader.readNullableString()).isNull();
        assertThat(reader.readNullableString()).isEqualTo(text);
        reader.requireEnd();
    }

    @Test
    void givenBytesThatCanNotBe_whenRead_thenTheMessageSaysWhere() {
        byte[] endless = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
        assertThatThrownBy(() -> new ByteReader(endless).readVarLong()).hasMessageContaining("longer than 64 bits");
        assertThatThrownBy(() -> new ByteReader(new byte[] {5, 1, 2}).readCount())
                .hasMessage("encoded count before byte 1 must be 0 to 2, was 5");
        assertThat(new ByteReader(new byte[] {2, 1, 2}).readCount()).isEqualTo(2);
        assertThatThrownBy(() -> new ByteReader(new byte[] {3}).readEnum(new Kind[] {Kind.SUSPENDED}))
                .hasMessageContaining("was 3");
        assertThatThrownBy(() -> new ByteReader(new byte[] {1}).readEnum(new Kind[] {Kind.SUSPENDED}))
                .hasMessageContaining("was 1");
    }

    @Test
    void givenLimitEvents_whenRaised_thenTheirIdsAreUuidsOfVersionEight() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);

        account.limitEvents.forEach(event -> {
            UUID id = UUID.fromString(event.id());
            assertThat(id.version()).isEqualTo(8);
            assertThat(id.variant()).isEqualTo(2);
        });
        // What the same thing was called when ids were first given out. They never change: alerting recognises them.
        assertThat(account.limitEvents)
                .extracting(event -> event.id())
                .containsExactly("fde8e3e9-366b-81c4-8ed2-346e59507e27", "6a37bd3b-45f1-8a7c-8baf-664bf39dec0a");
    }

    @Test
    void givenIndexOnTheHeap_whenEntriesExpireOrAreRemoved_thenOnlyThoseGo() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 3, NOON);
        InMemoryEventIndex index = new InMemoryEventIndex();
        List.copyOf(account.journal).forEach(index::put);

        index.remove("e0", NOON + 1);
        index.remove("unknown", NOON);
        assertThat(index.size()).isEqualTo(3);
        index.remove("e0", NOON);
        assertThat(index.find("e0", 0, NOON)).isNull();

        index.expireBefore(NOON + 2);
        assertThat(index.size()).isEqualTo(1);
        JournalEntry left = index.find("e2", 0, NOON + 2);
        assertThat(left).isEqualTo(account.journal.get(2));
    }

    @Test
    void givenAmendmentsThatCanNotBe_whenTheyArrive_thenNothingIsSaidBesideTheReason() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("e", NOON);
        account.forget();

        account.command(NOON, new Correction("e", new Amendment(null, null, null, -1L, null)));
        account.command(NOON, new Correction("e", new Amendment(null, null, null, null, -1L)));
        account.command(NOON, new Correction("e", new Amendment("x".repeat(513), null, null, null, null)));

        assertThat(account.said)
                .containsExactly("REJECTED NEGATIVE_UNITS", "REJECTED NEGATIVE_UNITS", "REJECTED FIELD_TOO_LONG");
        account.command(NOON, new Correction("e", new Amendment(null, null, 0L, 0L, 0L)));
        assertThat(account.journal).hasSize(2);
    }

    @Test
    void givenHugeCommand_whenRejected_thenTheReasonIsShort() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());

        account.command(NOON, new AccountChange.Unrecognized("x".repeat(70_000)));
        account.command(NOON, new AccountChange.PlanAssigned("y".repeat(129), AccountChange.Carry.KEEP));
        account.command(NOON, new AccountChange.PlanAssigned("z".repeat(128), AccountChange.Carry.KEEP));

        assertThat(account.rejections)
                .containsExactly(
                        RejectionReason.UNKNOWN_COMMAND, RejectionReason.UNKNOWN_PLAN, RejectionReason.UNKNOWN_PLAN);
        assertThat(account.rejectionDetails.getFirst())
                .isEqualTo("command kind '" + "x".repeat(128) + "...' is not known here");
        assertThat(account.rejectionDetails.get(1)).contains("'" + "y".repeat(128) + "...'");
        assertThat(account.rejectionDetails.get(2)).contains("'" + "z".repeat(128) + "'");
    }

    @Test
    void givenMoreChangesThanFit_whenTheyAreScheduled_thenTheNextIsRejectedUntilSomeAreForgotten() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        int scheduled = 0;
        while (account.rejections.isEmpty()) {
            account.command(
                    "s" + scheduled,
                    NOON + scheduled * SECOND,
                    NOON,
                    new AccountChange.ExemptionSet(scheduled % 2 == 0));
            scheduled++;
        }

        // The assignment that the account began with is one of the 64.
        assertThat(scheduled).isEqualTo(64);
        assertThat(account.rejections).containsExactly(RejectionReason.TOO_MANY_CHANGES);

        account.call("later", NOON + 2 * TestingAccount.DAY);
        account.forget();
        account.command(NOON + 3 * TestingAccount.DAY, new AccountChange.ExemptionSet(true));
        assertThat(account.rejections).isEmpty();
    }

    @Test
    void givenNoPlans_whenAsked_thenTheBuiltInPlanIsThere() {
        assertThat(Plans.empty().all()).hasSize(1);
        assertThat(Plans.empty().snapshot()).isSameAs(Plans.empty());
    }

    @Test
    void givenAnotherAccountsInput_whenApplied_thenItIsABugAndThrows() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());

        assertThatThrownBy(() -> account.send(Requested.named(account.request("e", NOON), "e", "other", "/x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other");
        assertThatThrownBy(() -> AccountState.empty("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenWindowThatIsAlmostFullOfNumbers_whenMoreComes_thenItIsRejectedBeforeItOverflows() {
        Meter dear = new Meter("dear", "unit", new CostTable(new Cost(0, 1_000_000, 1), List.of()));
        for (Algorithm algorithm : List.of(TestingPlans.DAY, new Algorithm.SlidingWindow(60 * SECOND))) {
            TestingAccount account = TestingAccount.on(
                    TestingPlans.plan("p", 1, 0, List.of(dear), Limit.enforced("l", "dear", 10, algorithm)));
            long most = 0;
            account.apply(account.request("a", NOON, "/x", Outcome.SUCCESS, 2L));
            switch (account.state.account().buckets().getFirst()) {
                case FixedBucket fixed -> {
                    fixed.add(NOON, (1L << 62) - 4_000_001, NOON);
                    most = fixed.level(NOON);
                }
                case SlidingBucket sliding -> {
                    sliding.add(NOON, (1L << 62) - 4_000_001, NOON);
                    most = sliding.level(NOON);
                }
                case LeakyBucket _, ConcurrencyBucket _ -> throw new AssertionError();
            }
            AccountState before = account.state.copy();
            account.forget();

            account.send(account.request("b", NOON, "/x", Outcome.SUCCESS, 3L));
            assertThat(account.rejections).containsExactly(RejectionReason.ARITHMETIC_OVERFLOW);
            assertThat(account.rejectionDetails.getFirst()).contains("3000000", Long.toString(most));
            assertThat(account.state).isEqualTo(before);

            account.send(account.request("c", NOON, "/x", Outcome.SUCCESS, 2L));
            assertThat(account.rejections).hasSize(1);
            assertThat(account.snapshot(NOON).buckets().getFirst().used()).isEqualTo((1L << 62) - 1);
        }
    }

    @Test
    void givenLeakyBucketThatIsAlmostFullOfNumbers_whenMoreComes_thenItIsRejected() {
        Meter dear = new Meter("dear", "unit", new CostTable(new Cost(0, 1_000_000, 1), List.of()));
        Algorithm month = new Algorithm.LeakyBucket(Algorithm.MAX_PERIOD_MILLIS);
        TestingAccount account =
                TestingAccount.on(TestingPlans.plan("p", 1, 0, List.of(dear), Limit.enforced("l", "dear", 0, month)));

        account.send(account.request("a", NOON, "/x", Outcome.SUCCESS, 900L));
        assertThat(account.rejections).containsExactly(RejectionReason.ARITHMETIC_OVERFLOW);
        account.send(account.request("b", NOON, "/x", Outcome.SUCCESS, 860L));
        account.send(account.request("c", NOON, "/x", Outcome.SUCCESS, 860L));
        account.send(account.request("d", NOON, "/x", Outcome.SUCCESS, 1L));
        assertThat(account.said)
                .contains("COUNTED b", "COUNTED c")
                .doesNotContain("COUNTED d")
                .endsWith("REJECTED ARITHMETIC_OVERFLOW");
    }

    @Test
    void givenCallThatEnds_whenItsStartIsKnown_thenTheIndexIsAskedToForgetTheStart() {
        List<String> asked = new ArrayList<>();
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        EventIndex index = new EventIndex() {
            @Override
            public @Nullable JournalEntry find(String eventId, long fromMillis, long toMillis) {
                asked.add("find " + eventId + " " + (toMillis - fromMillis));
                return account.index.find(eventId, fromMillis, toMillis);
            }

            @Override
            public void put(JournalEntry entry) {
                account.index.put(entry);
            }

            @Override
            public void remove(String eventId, long occurredAtMillis) {
                asked.add("remove " + eventId + " " + (occurredAtMillis - NOON));
            }

            @Override
            public boolean scan(long fromMillis, long toMillis, int most, Consumer<JournalEntry> reader) {
                return account.index.scan(fromMillis, toMillis, most, reader);
            }

            @Override
            public void expireBefore(long occurredAtMillis) {
                asked.add("expire " + (occurredAtMillis - NOON));
            }
        };
        List<Input> inputs = List.of(
                Requested.ended(account.request("a", NOON + 1), Phase.STARTED, Outcome.SUCCESS),
                account.request("a", NOON + 2 * SECOND),
                account.request("b", NOON + TestingAccount.HOUR));

        inputs.forEach(input -> account.engine.apply(account.state, input, account.plans, index, account));

        assertThat(asked)
                .containsExactly(
                        "find a 86400000",
                        "expire " + (1 - TestingAccount.DAY),
                        "find a 86400000",
                        "remove a 1",
                        "find b 86400000",
                        "expire " + (TestingAccount.HOUR - TestingAccount.DAY));
    }

    @Test
    void givenSuspension_whenItsEndIsReached_thenItIsSaidOnceAndNotAMillisecondEarlier() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.command(NOON, new AccountChange.Suspended(NOON + SECOND));
        account.forget();

        account.tick(NOON + SECOND - 1);
        assertThat(account.said).isEmpty();
        assertThat(account.snapshot(NOON + SECOND - 1).suspended()).isTrue();
        assertThat(account.snapshot(NOON + SECOND).suspended()).isFalse();
        account.call("e", NOON + SECOND);
        account.tick(NOON + 2 * SECOND);
        account.call("f", NOON + 3 * SECOND);
        assertThat(account.kinds()).containsExactly(Kind.REINSTATED);
    }

    @Test
    void givenCallWithinItsCaps_whenItsSizeIsAmended_thenEachSizeCountsForItself() {
        EndpointPattern any = EndpointPattern.of("/x");
        PlanVersion capped = new PlanVersion(
                "capped",
                1,
                0,
                0,
                "Capped",
                List.of(TestingPlans.REQUESTS),
                List.of(Limit.enforced("rpm", "requests", 10, TestingPlans.MINUTE)),
                List.of(
                        new PerCallCap(any, PerCallCap.Dimension.UNITS, 5),
                        new PerCallCap(any, PerCallCap.Dimension.INPUT_TOKENS, 5),
                        new PerCallCap(any, PerCallCap.Dimension.OUTPUT_ITEMS, 5)),
                PlanVersion.DEFAULT_CONSUMPTION);
        for (Amendment amendment : List.of(
                new Amendment(null, null, 6L, null, null),
                new Amendment(null, null, null, 6L, null),
                new Amendment(null, null, null, null, 6L))) {
            TestingAccount account = TestingAccount.on(capped);
            account.apply(Requested.sized(account.request("e", NOON, "/x", Outcome.SUCCESS, null), 1L, 2L, 3L));

            account.command("larger", NOON, NOON, new Correction("e", amendment));
            assertThat(account.said).containsExactly("COUNTED e", "VOIDED e", "OVER_CALL_LIMIT e");
            assertThat(account.snapshot(NOON).buckets().getFirst().used()).isZero();

            account.command("smaller", NOON, NOON, new Correction("e", new Amendment(null, null, 4L, 4L, 4L)));
            assertThat(account.journal.getLast().request().input())
                    .isEqualTo(
                            Requested.sized(account.journal.getFirst().request().input(), 4L, 4L, 4L));
            assertThat(account.snapshot(NOON).buckets().getFirst().used()).isEqualTo(1);
        }
    }

    @Test
    void givenAmendmentThatWouldCostTooMuch_whenItArrives_thenItIsRejectedAndNothingChanges() {
        Meter dear = new Meter("dear", "unit", new CostTable(new Cost(0, Cost.MAX, 1), List.of()));
        TestingAccount account = TestingAccount.on(TestingPlans.plan(
                "p",
                1,
                0,
                List.of(dear),
                Limit.enforced("l", "dear", 10, new Algorithm.LeakyBucket(Algorithm.MAX_PERIOD_MILLIS / 2))));
        account.apply(account.request("e", NOON, "/x", Outcome.SUCCESS, 0L));
        AccountState before = account.state.copy();
        account.forget();

        account.command("too-dear", NOON, NOON, new Correction("e", new Amendment(null, null, 1_001L, null, null)));
        account.command("too-full", NOON, NOON, new Correction("e", new Amendment(null, null, 2L, null, null)));

        assertThat(account.said).containsExactly("REJECTED ARITHMETIC_OVERFLOW", "REJECTED ARITHMETIC_OVERFLOW");
        assertThat(account.state).isEqualTo(before);
    }

    @Test
    void givenState_whenAsked_thenItNamesItsAccountAndCountsWhatHappened() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        long before = account.state.version();
        account.call("e", NOON);

        assertThat(account.state.accountId()).isEqualTo("acme");
        assertThat(account.state.version()).isEqualTo(before + 1);
        assertThat(account.state)
                .hasSameHashCodeAs(account.state.copy())
                .hasToString("AccountState[acme, streamTime=" + NOON + ", version=" + (before + 1) + ", buckets=1]");
        assertThat(account.state.hashCode())
                .isNotEqualTo(AccountState.empty("acme").hashCode());
    }
}
