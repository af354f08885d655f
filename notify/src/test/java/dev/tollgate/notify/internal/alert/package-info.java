/** From snapshots to what an Alertmanager shows. */
@NullMarked
package dev.tollgate.notify.internal.alert;

import org.jspecify.annotations.NullMarked;
