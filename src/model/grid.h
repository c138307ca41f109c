/* The grid of a job laid out: weightings, units, cells and their keys. A fixed function of the job
 * and the datasets' facts. Cell numbers are the order of the unified table. */
#ifndef LLR_MODEL_GRID_H
#define LLR_MODEL_GRID_H

#include "model/facts.h"
#include "model/job.h"

/* One line of the weight axis: a rule and, for exponent and ratio, its value (else 0). */
typedef struct llr_weighting {
    llr_rule_t rule;
    double value;
} llr_weighting_t;

/* Cells that share a subsample and a loss and are solved together: all of them, or with unit_size a
 * block: all weightings at some of the lambdas, whose fits share most of their work, or, where one
 * lambda has too many, some weightings at one. The place of a cell among all is weighting * lambdas
 * + lambda; the rows of a unit go by weighting, then lambda. */
typedef struct llr_unit {
    int32_t dataset; /* index in job->dataset */
    llr_loss_t loss;
    int64_t n, seed;
    int64_t base; /* number of the cell at place 0 of this subsample and loss */
    int64_t first_weighting, weightings, first_lambda, lambdas;
    int64_t cells; /* weightings * lambdas */
} llr_unit_t;

typedef struct llr_grid {
    const llr_job_t *job;       /* borrowed */
    llr_weighting_t *weighting; /* owned, weightings: exponents, ratios, uniform, inverse_prior,
                                   further rules */
    int64_t weightings;
    llr_unit_t *unit; /* owned, units: by dataset, loss, n, seed, place */
    int64_t units;
    int64_t places;         /* weightings * lambdas: cells of a subsample and a loss */
    char **weighting_text;  /* owned, weightings, each owned: "/rule[=value]" */
    char **lambda_text;     /* owned, lambdas of the job, each owned: "/lambda" */
    int64_t columns, parts; /* cuts of the lambdas, and of the weightings at each */
    int64_t blocks;         /* units of a subsample and a loss: columns * parts, by column */
    int64_t cells;
} llr_grid_t;

/* 0 on success, -1 out of memory. */
int llr_grid_create(llr_grid_t *grid, const llr_job_t *job);
void llr_grid_destroy(llr_grid_t *grid);

/* Unit that a cell belongs to. */
int64_t llr_grid_unit_of(const llr_grid_t *grid, int64_t cell);

/* Of a row of a unit the place and the cell, and the row that a place of the unit has. */
int64_t llr_unit_place(const llr_grid_t *grid, int64_t unit, int64_t row);
int64_t llr_unit_cell(const llr_grid_t *grid, int64_t unit, int64_t row);
int64_t llr_unit_row(const llr_grid_t *grid, int64_t unit, int64_t place);

/* The first unit of a subsample and loss, or -1. */
int64_t llr_grid_find_unit(const llr_grid_t *grid, int64_t dataset, llr_loss_t loss, int64_t n,
                           int64_t seed);

/* The key of a cell is "dataset/loss/n/seed" and, of its place, "/rule[=value]/lambda"; appended to
 * out. */
void llr_grid_subsample_key(const llr_grid_t *grid, int64_t unit, llr_text_t *out);
void llr_grid_place_key(const llr_grid_t *grid, int64_t place, llr_text_t *out);

/* "dataset/loss/n/seed/rule[=value]/lambda", appended to out. */
void llr_grid_cell_key(const llr_grid_t *grid, int64_t cell, llr_text_t *out);

/* The cell with this key, or -1. */
int64_t llr_grid_find_cell(const llr_grid_t *grid, const char *key);

/* What a user should know before the numbers mislead, a finding each: a validation class (or, where
 * groups count, group) of fewer than LLR_FEW_ROWS rows, a group without a row in a subsample. */
enum { LLR_FEW_ROWS = 30 };
void llr_grid_warn(const llr_grid_t *grid, const llr_facts_t *facts, llr_findings_t *warnings);

/* Mistakes that need the datasets' facts (facts: one a dataset of the job): n larger than the pool
 * has of a class (class, asked, available), a class that gets no row, ratios with K > 2, priors of
 * the wrong length, select_by: worst_group without groups, ... One finding each, with the job
 * file's line where it has one. */
void llr_grid_check(const llr_grid_t *grid, const llr_facts_t *facts, llr_findings_t *findings);

#endif
