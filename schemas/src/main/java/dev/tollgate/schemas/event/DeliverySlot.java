package dev.tollgate.schemas.event;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where the filters of gate and publisher meet in one request, without knowing each other. The publisher's filter,
 * which comes first, opens a slot; the gate's puts the listener of the call that it has let through in; the publisher's
 * takes it and publishes the event with it. Where there is no slot nobody will tell the gate, which then goes by its
 * estimate.
 *
 * <p>Servlet requests carry the slot as attribute {@link #ATTRIBUTE}. Attributes of the JDK's HTTP server belong to the
 * context, which all requests share, so there the slot belongs to the thread, on which all filters of an exchange run.
 * Safe for use by several threads.
 */
public final class DeliverySlot {
    /** Name of the request attribute. */
    public static final String ATTRIBUTE = "dev.tollgate.delivery-slot";

    private static final ThreadLocal<@Nullable DeliverySlot> OF_THREAD = new ThreadLocal<>();

    /** Stands for a listener that comes too late. */
    private static final DeliveryListener TAKEN = new DeliveryListener() {};

    private final AtomicReference<DeliveryListener> listener = new AtomicReference<>(DeliveryListener.NONE);

    /** Opens a slot for what this thread does until {@link #closeOnThread}. */
    public static DeliverySlot openOnThread() {
        DeliverySlot slot = new DeliverySlot();
        OF_THREAD.set(slot);
        return slot;
    }

    /** Ends {@link #openOnThread}. */
    public static void closeOnThread() {
        OF_THREAD.remove();
    }

    /** The slot that is open on this thread, or null. */
    public static @Nullable DeliverySlot ofThread() {
        return OF_THREAD.get();
    }

    /** Puts the listener in. If the event is under way already, the listener is told at once that nothing is known. */
    public void put(DeliveryListener waiting) {
        if (!listener.compareAndSet(DeliveryListener.NONE, waiting)) {
            waiting.unknown();
        }
    }

    /** The listener, {@link DeliveryListener#NONE} if there is none or it was taken before. */
    public DeliveryListener take() {
        DeliveryListener found = listener.getAndSet(TAKEN);
        return found == TAKEN ? DeliveryListener.NONE : found;
    }
}
