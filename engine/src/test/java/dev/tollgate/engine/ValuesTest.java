package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountChange.Amendment;
import dev.tollgate.engine.input.AccountChange.Correction;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.plan.Plans;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
                .containsExactly("1f6e8ef7-0396-8811-885a-813876b3c592", "d9bf02ae-8db9-8709-8507-c4f816ec3c6d");
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
    void givenHugeCommand_whenRefused_thenTheReasonIsShort() {
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
    void givenMoreChangesThanFit_whenTheyAreScheduled_thenTheNextIsRefusedUntilSomeAreForgotten() {
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
}
