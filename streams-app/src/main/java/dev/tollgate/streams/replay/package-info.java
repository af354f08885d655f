/** The log of one account read again through the processor that accounts live, without a cluster's help but the log. */
@NullMarked
package dev.tollgate.streams.replay;

import org.jspecify.annotations.NullMarked;
