/** What is sent: a limit event as JSON, in each of the formats. The same event gives the same bytes. */
@NullMarked
package dev.tollgate.notify.internal.body;

import org.jspecify.annotations.NullMarked;
