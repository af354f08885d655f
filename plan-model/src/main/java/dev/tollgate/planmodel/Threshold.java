package dev.tollgate.planmodel;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * When a limit warns, as an exact share of its amount.
 *
 * <p>{@code USED_AT_LEAST 90 %} of 100 fires when 90 are used. {@code REMAINING_BELOW 20 %} of 100 fires when 81 are
 * used: with 80 used exactly 20 % remain, which is not below.
 *
 * <p>Nothing fires before a unit is used. A window of a limit of 0 that nobody has touched, or whose calls were all
 * voided, holds neither alert nor block; the first unit fires everything at once. This is about what is said: calls
 * that cost something are denied all the same, because nothing remains.
 *
 * @param kind which side of the amount is looked at
 * @param basisPoints the share in hundredths of a percent, 1 to 10,000: 9,000 is 90 %
 */
public record Threshold(Kind kind, int basisPoints) implements Comparable<Threshold> {

    /** Which side of the amount is looked at. */
    public enum Kind {
        /** The used share is at least the given one. */
        USED_AT_LEAST,
        /** The remaining share is less than the given one. */
        REMAINING_BELOW
    }

    /** The whole amount, in hundredths of a percent. */
    public static final int WHOLE_BASIS_POINTS = 10_000;

    private static final BigInteger WHOLE_BIG = BigInteger.valueOf(WHOLE_BASIS_POINTS);

    public Threshold {
        if (basisPoints < 1 || basisPoints > WHOLE_BASIS_POINTS) {
            throw new IllegalArgumentException(
                    "threshold must be above 0 % and at most 100 %, was " + percentText(basisPoints) + " %");
        }
    }

    /** Fires when at least this many percent of the amount are used, 1 to 100. */
    public static Threshold usedPercent(int percent) {
        return new Threshold(Kind.USED_AT_LEAST, Math.multiplyExact(percent, 100));
    }

    /** Fires when less than this many percent of the amount remain, 1 to 100. */
    public static Threshold remainingBelowPercent(int percent) {
        return new Threshold(Kind.REMAINING_BELOW, Math.multiplyExact(percent, 100));
    }

    /** The used share at which this fires, in percent, without trailing zeros: {@code 90}, {@code 99.5}. */
    public String usedPercentText() {
        return percentText(usedBasisPoints());
    }

    /** The used share at which this fires, in whole percent, rounded down. */
    public int usedPercentFloor() {
        return usedBasisPoints() / 100;
    }

    /**
     * The smallest usage at which this fires, for an amount in any unit: the exact share, rounded up for
     * {@code USED_AT_LEAST}, the next whole number above the share for {@code REMAINING_BELOW}; never 0.
     *
     * @param amount 0 or more
     */
    public long firesAt(long amount) {
        BigInteger product = BigInteger.valueOf(amount).multiply(BigInteger.valueOf(usedBasisPoints()));
        BigInteger[] parts = product.divideAndRemainder(WHOLE_BIG);
        long floor = parts[0].longValueExact();
        boolean up = kind == Kind.REMAINING_BELOW || parts[1].signum() > 0;
        return Math.max(1, up ? floor + 1 : floor);
    }

    /** Lowest used share first; at the same share {@code USED_AT_LEAST} fires first. */
    @Override
    public int compareTo(Threshold other) {
        int byShare = Integer.compare(usedBasisPoints(), other.usedBasisPoints());
        return byShare != 0 ? byShare : kind.compareTo(other.kind);
    }

    /** What this says, for people; {@code null} stands for the full amount. */
    public static String describe(@Nullable Threshold threshold) {
        return threshold == null ? "100 % used" : threshold.toString();
    }

    @Override
    public String toString() {
        return switch (kind) {
            case USED_AT_LEAST -> percentText(basisPoints) + " % used";
            case REMAINING_BELOW -> "less than " + percentText(basisPoints) + " % remaining";
        };
    }

    /** The used share at which this fires, in hundredths of a percent. */
    public int usedBasisPoints() {
        return kind == Kind.USED_AT_LEAST ? basisPoints : WHOLE_BASIS_POINTS - basisPoints;
    }

    private static String percentText(int basisPoints) {
        return java.math.BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString();
    }
}
