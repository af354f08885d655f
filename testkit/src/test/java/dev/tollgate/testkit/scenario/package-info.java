/** The language of scenarios. Where they run is the accounting role's module. */
@NullMarked
package dev.tollgate.testkit.scenario;

import org.jspecify.annotations.NullMarked;
