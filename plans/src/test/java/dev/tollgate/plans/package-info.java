@NullMarked
package dev.tollgate.plans;

import org.jspecify.annotations.NullMarked;
