/** Tests of what is sent and how. */
@NullMarked
package dev.tollgate.notify.internal.http;

import org.jspecify.annotations.NullMarked;
