/** The processes of a campaign, the proxies between them, and what can be done to both. */
@NullMarked
package dev.tollgate.faults.cluster;

import org.jspecify.annotations.NullMarked;
