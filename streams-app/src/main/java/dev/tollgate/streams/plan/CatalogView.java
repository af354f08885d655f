package dev.tollgate.streams.plan;

import dev.tollgate.planmodel.Plans;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The catalog as it counts for records of a stretch of append time. Immutable.
 *
 * <p>Whoever keeps a view asks {@link #covers} with each record: two comparisons, no lock and no allocation. Another
 * stretch may have the same plans, then as the same object.
 */
public final class CatalogView {
    /** Covers nothing. */
    public static final CatalogView NONE =
            new CatalogView(Plans.empty(), Map.of(), Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE);

    /** Names a limit of a version. */
    record LimitName(String planId, int version, String limitId) {}

    private final Plans plans;
    private final Map<LimitName, String> bucketNames;
    private final long fromMillis;
    private final long untilMillis;
    private final long lastNoticeMillis;

    /**
     * @param fromMillis inclusive
     * @param untilMillis exclusive
     * @param lastNoticeMillis the newest notice at or before the stretch, {@link Long#MIN_VALUE} for none
     */
    CatalogView(
            Plans plans, Map<LimitName, String> bucketNames, long fromMillis, long untilMillis, long lastNoticeMillis) {
        this.plans = plans;
        this.bucketNames = bucketNames;
        this.fromMillis = fromMillis;
        this.untilMillis = untilMillis;
        this.lastNoticeMillis = lastNoticeMillis;
    }

    /** Whether this is the view for a record with this append time. */
    public boolean covers(long appendedAtMillis) {
        return fromMillis <= appendedAtMillis && appendedAtMillis < untilMillis;
    }

    /** The plans, with all their versions that count. */
    public Plans plans() {
        return plans;
    }

    /** What response headers call a limit, or null where the plan does not say. */
    public @Nullable String bucketName(String planId, int version, String limitId) {
        return bucketNames.get(new LimitName(planId, version, limitId));
    }

    /**
     * The newest moment, not after the stretch, at which accounts were to be told of a coming version;
     * {@link Long#MIN_VALUE} if there was none.
     */
    public long lastNoticeMillis() {
        return lastNoticeMillis;
    }
}
