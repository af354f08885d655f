/**
 * What holds by the newest snapshots, as alerts of an Alertmanager. Pure: it knows no clock and sends nothing, and the
 * same snapshots give the same alerts.
 */
@NullMarked
package dev.tollgate.notify.internal.alert;

import org.jspecify.annotations.NullMarked;
