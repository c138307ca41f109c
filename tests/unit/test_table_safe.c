#include "suite.h"
#include "table_world.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

static llr_hash_t digest(const world_t *world)
{
    llr_hash_t hash;
    llr_error_t error;
    CU_ASSERT_EQUAL(llr_table_digest(&world->table, &hash, &error), LLR_OK);
    return hash;
}

static void the_digest_sees_every_bit_but_time_and_place(void)
{
    world_t world;
    create_world(&world, 2, 3);
    llr_block_t *block = &world.block[5];
    llr_row_t *row = &block->row[1];
    llr_hash_t before = digest(&world);
    double *reals[] = {
        &row->fit.objective, &row->fit.gradient_norm, &row->fit.certified_gap, &row->fit.df,
        &row->gamma,         &row->weight[1],         &row->rate[0],           &row->rate[4],
        &row->rate[9]};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        double kept = *reals[i];
        *reals[i] = nextafter(kept, INFINITY);
        CU_ASSERT_FALSE(llr_hash_equal(before, digest(&world)));
        *reals[i] = kept;
    }
    int64_t *counts[] = {&row->fit.iterations, &row->n_used, &row->rank};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        ++*counts[i];
        CU_ASSERT_FALSE(llr_hash_equal(before, digest(&world)));
        --*counts[i];
    }
    /* Of two classes with groups: the rates of class 0 and 1 in a group, by their gaps. */
    for (int class = 0; class < 2; class ++) {
        double *odds = &world.block[9].row[1].rate[llr_shape_slot(world.facts[2].shape, 1, class)];
        double kept = *odds;
        *odds += 2;
        CU_ASSERT_FALSE(llr_hash_equal(before, digest(&world)));
        *odds = kept;
    }
    row->fit.status = LLR_FIT_AVERAGED;
    CU_ASSERT_FALSE(llr_hash_equal(before, digest(&world)));
    row->fit.status = world.block[4].row[1].fit.status;
    row->seconds *= 2;
    row->rank_id += 5;
    block->begun += 9;
    block->ended += 10;
    strcpy(block->host, "elsewhere, \"far\"");
    CU_ASSERT_TRUE(llr_hash_equal(before, digest(&world)));
    destroy_world(&world);
}

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static const char *const files[] = {"results.h5", "results.csv", "long.csv", "provenance.yaml"};

/* A limit on the size of files stands for a full disk. It strikes in every file, and HDF5 closes
 * its file all the same. */
static void a_full_disk_leaves_the_old_table(void)
{
    world_t world;
    char folder[PATH], *old[4];
    int64_t bytes[4], now;
    llr_error_t error = {0};
    create_world(&world, 30, 30);
    scratch_folder(folder);
    signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL_FATAL(llr_table_write(&world.table, &no_provenance, folder, NULL, &error),
                          LLR_OK);
    for (int f = 0; f < 4; f++) old[f] = load(folder, files[f], &bytes[f]);
    world.block[0].row[0].fit.objective += 1;
    CU_ASSERT_TRUE(bytes[0] > bytes[1] && bytes[0] > bytes[2]);
    int64_t limits[] = {1,
                        40,
                        3000,
                        bytes[1] - 1,
                        bytes[2] - 1,
                        bytes[2] + 1,
                        bytes[0] / 2,
                        bytes[0] - 4096,
                        bytes[0] - 1};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        limit_file_size((rlim_t)limits[i]);
        llr_code_t code = llr_table_write(&world.table, &no_provenance, folder, NULL, &error);
        limit_file_size(0);
        CU_ASSERT_EQUAL(code, LLR_FAILED);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, folder));
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, strerror(EFBIG)));
        for (int f = 0; f < 4; f++) {
            char *text = load(folder, files[f], &now);
            CU_ASSERT_TRUE(now == bytes[f] && !memcmp(text, old[f], (size_t)now));
            free(text);
        }
    }
    CU_ASSERT_EQUAL(llr_table_write(&world.table, &no_provenance, folder, NULL, &error), LLR_OK);
    char *renewed = load(folder, files[1], &now);
    CU_ASSERT_TRUE(now != bytes[1] || memcmp(renewed, old[1], (size_t)now));
    free(renewed);
    for (int f = 0; f < 4; f++) free(old[f]);
    CU_ASSERT_EQUAL(remove_folder(folder), 4); /* no temporary file */
    destroy_world(&world);
}

static void what_is_in_the_way_is_named(void)
{
    world_t world;
    char folder[PATH], path[2 * PATH];
    llr_error_t error = {0};
    create_world(&world, 1, 1);
    scratch_folder(folder);
    snprintf(path, sizeof path, "%s/taken", folder);
    fclose(fopen(path, "w"));
    CU_ASSERT_EQUAL(llr_table_write(&world.table, &no_provenance, path, NULL, &error), LLR_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
    CU_ASSERT_EQUAL(remove_folder(folder), 1);
    destroy_world(&world);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"the digest sees every bit but time and place",
         the_digest_sees_every_bit_but_time_and_place},
        {"a full disk leaves the old table", a_full_disk_leaves_the_old_table},
        {"what is in the way is named", what_is_in_the_way_is_named},
    };
    return LLR_RUN_SUITE("table_safe", tests);
}
