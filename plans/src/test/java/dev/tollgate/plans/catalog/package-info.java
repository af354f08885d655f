@NullMarked
package dev.tollgate.plans.catalog;

import org.jspecify.annotations.NullMarked;
