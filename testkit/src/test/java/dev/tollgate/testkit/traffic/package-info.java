@NullMarked
package dev.tollgate.testkit.traffic;

import org.jspecify.annotations.NullMarked;
