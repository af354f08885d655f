/** Tests of what is sent and how. */
@NullMarked
package dev.tollgate.notify.internal.body;

import org.jspecify.annotations.NullMarked;
