/**
 * The catalog in force: the {@code plan-catalog} topic, how it is read, and the rules by which plan files change it.
 */
@NullMarked
package dev.tollgate.plans.catalog;

import org.jspecify.annotations.NullMarked;
