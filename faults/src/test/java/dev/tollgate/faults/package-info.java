/**
 * The fault campaign: rounds of traffic through all roles as separate processes, a seeded schedule of faults in each,
 * and the guarantees that must hold when everything has recovered by itself. See {@code docs/faults.md}.
 */
@NullMarked
package dev.tollgate.faults;

import org.jspecify.annotations.NullMarked;
