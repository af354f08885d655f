/**
 * Reading of configuration: typed values out of a flat map of dotted kebab-case keys, with every problem found before
 * anything starts. Where the map comes from (file, environment, flags) is the launcher's business.
 */
@NullMarked
package dev.tollgate.schemas.config;

import org.jspecify.annotations.NullMarked;
