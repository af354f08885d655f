package dev.tollgate.engine.internal.timeline;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.time.CalendarOverride;
import dev.tollgate.planmodel.time.WindowAnchor;
import dev.tollgate.planmodel.time.WindowCalendar;
import org.jspecify.annotations.Nullable;

/** One change in an account's timeline. */
public final class TimelineEntry {
    private static final int APPLIED = 1;
    private static final int ANNOUNCED = 2;
    private static final int ENDED = 4;
    private static final int SOURCED = 8;
    private static final int MOVES = 16;
    private static final int CALENDAR = 32;
    private static final int CUT_LATER = 64;

    public final long effectiveAtMillis;
    public final AccountChange change;

    /**
     * From when on windows are others, if it changes them. Later than every event counted before the change was known.
     */
    public final long cutAtMillis;

    /** For assignments: what the plan's windows follow. */
    public final WindowCalendar planCalendar;

    private boolean moves;

    private boolean applied;
    private boolean announced;
    private boolean ended;

    /**
     * Where it came from; kept until it is applied, because the events that follow name it. Of a suspension kept while
     * it holds.
     */
    private @Nullable Source source;

    /** The command behind an entry. */
    public record Source(
            String commandId,
            Position position,
            @Nullable String reason,
            @Nullable String actor) {
        public static Source of(String commandId, AccountInput command) {
            return new Source(commandId, command.position(), command.reason(), command.actor());
        }
    }

    /** @param planCalendar for assignments what the plan's windows follow; UTC for everything else */
    public TimelineEntry(
            long effectiveAtMillis,
            AccountChange change,
            long cutAtMillis,
            WindowCalendar planCalendar,
            @Nullable Source source) {
        this.effectiveAtMillis = effectiveAtMillis;
        this.change = change;
        this.cutAtMillis = setsCalendar(change) ? cutAtMillis : effectiveAtMillis;
        this.planCalendar = planCalendar;
        this.source = source;
    }

    /** Whether stream time, or a command given after the fact, has reached it. */
    public boolean isApplied() {
        return applied;
    }

    public void markApplied() {
        applied = true;
    }

    /** Whether its events have been emitted. */
    public boolean isAnnounced() {
        return announced;
    }

    public void markAnnounced() {
        announced = true;
    }

    /** For suspensions: whether the event of its end has been emitted, or none is due. */
    boolean isEnded() {
        return ended;
    }

    public void markEnded() {
        ended = true;
    }

    /** Where it came from; null once nothing names it any more. */
    @Nullable
    public Source source() {
        return source;
    }

    public void forgetSource() {
        source = null;
    }

    /** When a temporary suspension of which no end was emitted is over; {@link Long#MAX_VALUE} for anything else. */
    public long suspendedUntilMillis() {
        return !ended && change instanceof AccountChange.Suspended suspended && suspended.untilMillis() != null
                ? suspended.untilMillis()
                : Long.MAX_VALUE;
    }

    /** Whether other limits may hold from here on, or the same with other amounts. */
    boolean changesLimits() {
        return switch (change) {
            case AccountChange.PlanAssigned _,
                    AccountChange.OverrideSet _,
                    AccountChange.OverrideRemoved _,
                    AccountChange.ExemptionSet _ -> true;
            case AccountChange.CalendarSet _,
                    AccountChange.Suspended _,
                    AccountChange.Reinstated _,
                    AccountChange.Correction _,
                    AccountChange.Unrecognized _ -> false;
        };
    }

    /** Whether windows end at {@link #cutAtMillis}, and others begin. */
    public boolean cutsWindows() {
        return change instanceof AccountChange.PlanAssigned assigned && assigned.carry() != AccountChange.Carry.KEEP;
    }

    /**
     * The same for windows of one kind.
     *
     * @param followCalendar whether they follow the calendar
     */
    public boolean cutsWindows(boolean followCalendar) {
        return cutsWindows() || moves && followCalendar;
    }

    /** Whether windows that follow the calendar follow another one from {@link #cutAtMillis} on. */
    public boolean moves() {
        return moves;
    }

    /** Once it does, it does so for good: windows may have been cut. */
    public void markMoves() {
        moves = true;
    }

    /** Whether the calendar may be another one from here on. */
    public boolean setsCalendar() {
        return setsCalendar(change);
    }

    private static boolean setsCalendar(AccountChange change) {
        return change instanceof AccountChange.PlanAssigned || change instanceof AccountChange.CalendarSet;
    }

    /** Whether both are about the same thing, so that they cannot hold from the same moment on. */
    public boolean contends(AccountChange other) {
        return switch (change) {
            case AccountChange.PlanAssigned _ -> other instanceof AccountChange.PlanAssigned;
            case AccountChange.OverrideSet _, AccountChange.OverrideRemoved _ ->
                overriddenLimit().equals(limitOf(other));
            case AccountChange.ExemptionSet _ -> other instanceof AccountChange.ExemptionSet;
            case AccountChange.CalendarSet _ -> other instanceof AccountChange.CalendarSet;
            case AccountChange.Suspended _, AccountChange.Reinstated _ ->
                other instanceof AccountChange.Suspended || other instanceof AccountChange.Reinstated;
            case AccountChange.Correction _, AccountChange.Unrecognized _ -> false;
        };
    }

    /** The limit that an override is about; empty for other changes. */
    public String overriddenLimit() {
        return limitOf(change);
    }

    private static String limitOf(AccountChange change) {
        return switch (change) {
            case AccountChange.OverrideSet set -> set.limitId();
            case AccountChange.OverrideRemoved removed -> removed.limitId();
            case AccountChange.PlanAssigned _,
                    AccountChange.ExemptionSet _,
                    AccountChange.CalendarSet _,
                    AccountChange.Suspended _,
                    AccountChange.Reinstated _,
                    AccountChange.Correction _,
                    AccountChange.Unrecognized _ -> "";
        };
    }

    void encode(ByteWriter writer) {
        Source from = source;
        boolean hasCalendar = !planCalendar.equals(WindowCalendar.UTC);
        boolean cutLater = !cutsWindows() && cutAtMillis != effectiveAtMillis;
        writer.writeVarLong(effectiveAtMillis);
        writer.writeByte((applied ? APPLIED : 0)
                | (announced ? ANNOUNCED : 0)
                | (ended ? ENDED : 0)
                | (from != null ? SOURCED : 0)
                | (moves ? MOVES : 0)
                | (hasCalendar ? CALENDAR : 0)
                | (cutLater ? CUT_LATER : 0));
        switch (change) {
            case AccountChange.PlanAssigned assigned -> {
                writer.writeByte(0);
                writer.writeString(assigned.planId());
                writer.writeByte(assigned.carry().ordinal());
                if (cutsWindows()) {
                    writer.writeVarLong(cutAtMillis);
                }
                if (hasCalendar) {
                    writer.writeString(planCalendar.timeZone());
                    WindowAnchor anchor = planCalendar.anchor();
                    writer.writeByte(anchor.month());
                    writer.writeByte(anchor.day());
                    writer.writeByte(anchor.weekday());
                    writer.writeByte(anchor.hour());
                }
            }
            case AccountChange.OverrideSet set -> {
                writer.writeByte(1);
                writer.writeString(set.limitId());
                writer.writeVarLong(set.amount().units());
            }
            case AccountChange.OverrideRemoved removed -> {
                writer.writeByte(2);
                writer.writeString(removed.limitId());
            }
            case AccountChange.ExemptionSet exemption -> {
                writer.writeByte(3);
                writer.writeBoolean(exemption.exempt());
            }
            case AccountChange.Suspended suspended -> {
                writer.writeByte(4);
                writer.writeNullableLong(suspended.untilMillis());
            }
            case AccountChange.Reinstated _ -> writer.writeByte(5);
            case AccountChange.CalendarSet set -> {
                writer.writeByte(6);
                CalendarOverride calendar = set.calendar();
                writer.writeNullableString(calendar.timeZone());
                writer.writeNullableLong(asLong(calendar.month()));
                writer.writeNullableLong(asLong(calendar.day()));
                writer.writeNullableLong(asLong(calendar.weekday()));
                writer.writeNullableLong(asLong(calendar.hour()));
            }
            case AccountChange.Correction _, AccountChange.Unrecognized _ ->
                throw new IllegalStateException("not part of a timeline: " + change);
        }
        if (cutLater) {
            writer.writeVarLong(cutAtMillis);
        }
        if (from != null) {
            writer.writeString(from.commandId());
            writer.writeString(from.position().topic());
            writer.writeVarLong(from.position().partition());
            writer.writeVarLong(from.position().offset());
            writer.writeNullableString(from.reason());
            writer.writeNullableString(from.actor());
        }
    }

    private static @Nullable Long asLong(@Nullable Integer part) {
        return part == null ? null : Long.valueOf(part);
    }

    private static @Nullable Integer readPart(ByteReader reader) {
        Long part = reader.readNullableLong();
        return part == null ? null : Integer.valueOf(Math.toIntExact(part));
    }

    static TimelineEntry decode(ByteReader reader) {
        long effectiveAt = reader.readVarLong();
        int flags = reader.readByte();
        long cutAt = effectiveAt;
        WindowCalendar planCalendar = WindowCalendar.UTC;
        int kind = reader.readByte();
        AccountChange change;
        switch (kind) {
            case 0 -> {
                String planId = reader.readString();
                AccountChange.Carry carry = reader.readEnum(AccountChange.Carry.values());
                if (carry != AccountChange.Carry.KEEP) {
                    cutAt = reader.readVarLong();
                }
                if ((flags & CALENDAR) != 0) {
                    planCalendar = new WindowCalendar(
                            reader.readString(),
                            new WindowAnchor(
                                    reader.readByte(), reader.readByte(), reader.readByte(), reader.readByte()));
                }
                change = new AccountChange.PlanAssigned(planId, carry);
            }
            case 1 -> change = new AccountChange.OverrideSet(reader.readString(), new Amount(reader.readVarLong()));
            case 2 -> change = new AccountChange.OverrideRemoved(reader.readString());
            case 3 -> change = new AccountChange.ExemptionSet(reader.readBoolean());
            case 4 -> change = new AccountChange.Suspended(reader.readNullableLong());
            case 5 -> change = new AccountChange.Reinstated();
            case 6 ->
                change = new AccountChange.CalendarSet(new CalendarOverride(
                        reader.readNullableString(),
                        readPart(reader),
                        readPart(reader),
                        readPart(reader),
                        readPart(reader)));
            default -> throw new IllegalArgumentException("unknown kind of timeline entry: " + kind);
        }
        if ((flags & CUT_LATER) != 0) {
            cutAt = reader.readVarLong();
        }
        Source source = null;
        if ((flags & SOURCED) != 0) {
            String commandId = reader.readString();
            Position position =
                    new Position(reader.readString(), Math.toIntExact(reader.readVarLong()), reader.readVarLong());
            source = new Source(commandId, position, reader.readNullableString(), reader.readNullableString());
        }
        TimelineEntry entry = new TimelineEntry(effectiveAt, change, cutAt, planCalendar, source);
        entry.moves = (flags & MOVES) != 0;
        entry.applied = (flags & APPLIED) != 0;
        entry.announced = (flags & ANNOUNCED) != 0;
        entry.ended = (flags & ENDED) != 0;
        return entry;
    }
}
