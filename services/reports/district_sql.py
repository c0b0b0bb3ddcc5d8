"""The kecamatan of a kelurahan, in SQL."""

# its code begins the kelurahan's: 36.74.01.1001 lies in 36.74.01; '' is that of none
DISTRICT = "rtrim(rtrim(coalesce(area, ''), '0123456789'), '.')"
